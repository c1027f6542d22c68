export * from "./exponential-linear.ts";
export * from "./gelu.ts";
export * from "./hard.ts";
export * from "./leaky.ts";
export * from "./logistic.ts";
export * from "./shrink.ts";
export * from "./soft.ts";
