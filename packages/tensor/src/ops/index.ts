export * from "./activation.ts";
export * from "./arithmetic.ts";
export * from "./attention/attention.ts";
export * from "./axes.ts";
export * from "./blend.ts";
export { checkIndices } from "./check-indices.ts";
export { type Operand, asTensor, inFloat32 } from "./build.ts";
export * from "./compare.ts";
export * from "./create.ts";
export * from "./custom.ts";
export * from "./diagonal.ts";
export * from "./distance.ts";
export * from "./einsum/einsum.ts";
export * from "./error-function.ts";
export * from "./exponential.ts";
export * from "./finite.ts";
export * from "./floor-divide.ts";
export * from "./fmod.ts";
export * from "./grid.ts";
export * from "./histogram.ts";
export * from "./host.ts";
export * from "./index-put.ts";
export * from "./indexing.ts";
export * from "./inverse.ts";
export * from "./kron.ts";
export * from "./logcumsumexp.ts";
export * from "./logspace.ts";
export * from "./matmul.ts";
export { named } from "./named.ts";
export * from "./median.ts";
export * from "./mode.ts";
export * from "./nan-sums.ts";
export * from "./nonzero.ts";
export * from "./pad.ts";
export * from "./polar.ts";
export * from "./products.ts";
export * from "./quantile.ts";
export * from "./reduce.ts";
export * from "./resampling/affine-grid.ts";
export * from "./resampling/grid-sample.ts";
export * from "./resampling/interpolate.ts";
export * from "./rounding.ts";
export * from "./scan.ts";
export * from "./scatter-reduce.ts";
export * from "./search.ts";
export * from "./select.ts";
export * from "./sinc.ts";
export * from "./softmax.ts";
export * from "./sort.ts";
export * from "./take-along-dim.ts";
export * from "./triangle.ts";
export * from "./unary.ts";
export * from "./unique.ts";
export * from "./var-mean.ts";
export * from "./views.ts";
export {
  type OutputSize,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
} from "./window/adaptive-pool.ts";
export { type OutputSize3d, adaptiveAvgPool3d, adaptiveMaxPool3d } from "./window/adaptive-pool-3d.ts";
export { type AvgPool1dOptions, type AvgPool2dOptions, avgPool1d, avgPool2d } from "./window/average-pool.ts";
export { type AvgPool3dOptions, avgPool3d } from "./window/average-pool-3d.ts";
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d } from "./window/convolution.ts";
export * from "./window/convolution-3d.ts";
export * from "./window/lp-pool.ts";
export {
  type MaxPool1dOptions,
  type MaxPool2dOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
} from "./window/max-pool.ts";
export * from "./window/max-pool-3d.ts";
export {
  type ConvTranspose1dOptions,
  type ConvTranspose2dOptions,
  convTranspose1d,
  convTranspose2d,
} from "./window/transposed-convolution.ts";
export * from "./window/unfold.ts";
export type { Pair, Triple } from "./window/geometry.ts";
