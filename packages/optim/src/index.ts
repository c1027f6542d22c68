export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export type { Defaults, Group, ParameterGroup, Parameters } from "./groups.ts";
export { Optimizer } from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
