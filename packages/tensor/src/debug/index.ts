export { NotFiniteError, checkFinite } from "./check-finite.ts";
export { checkIndices } from "./check-indices.ts";
export { explain } from "./explain.ts";
export { captureSites as sites } from "../graph/site.ts";
export { describeStep } from "./describe-step.ts";
