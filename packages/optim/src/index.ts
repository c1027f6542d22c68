export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { Optimizer, type Group, type ParameterGroup, type Parameters } from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
