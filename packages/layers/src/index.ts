export { relu, sigmoid, softmax, logSoftmax, tanh } from "@minima/tensor";
export * from "./activations/index.ts";
export { functionalCall } from "./functional-call.ts";
export { type Fan, fanOf } from "./initializers/fan.ts";
export { type Gain, gainOf } from "./initializers/gain.ts";
export * from "./initializers/scaled.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { mseLoss } from "./losses/mse.ts";
export { type Reduction } from "./losses/reduction.ts";
export { Module, type StateDict } from "./module.ts";
export { ReLU, Sigmoid, Softmax, Tanh } from "./modules/activation.ts";
export { Conv1d, type Conv1dOptions, Conv2d, type Conv2dOptions } from "./modules/convolution.ts";
export { Dropout } from "./modules/dropout.ts";
export { Flatten } from "./modules/flatten.ts";
export { Linear, type LinearOptions } from "./modules/linear.ts";
export {
  AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d,
} from "./modules/pooling.ts"; // prettier-ignore
export { Sequential } from "./modules/sequential.ts";
export { Parameter, type ParameterOptions } from "./parameter.ts";
