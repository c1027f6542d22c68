import "./register.ts";

export { backward } from "./backward.ts";
export { type GradientCheck, type GradientCheckOptions, checkGradients } from "./check.ts";
export { checkpoint } from "./checkpoint.ts";
export { customGradient } from "./custom.ts";
export { type Arguments, type GradOptions, grad, valueAndGrad } from "./functional.ts";
export { gradientsOf } from "./differentiate.ts";
export { stopGradient } from "./stop.ts";
export { type TensorFunction, jvp, vjp } from "./transforms.ts";
