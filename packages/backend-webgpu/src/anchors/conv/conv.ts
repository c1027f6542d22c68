import type { ConvStep } from "@minima/tensor";
import type { CompiledStep, KernelLimits } from "../../kernel/kernel.ts";
import { productKernels } from "../product/product-kernels.ts";
import { tiledCut } from "../product/tile-kernel.ts";
import { directConvKernels } from "./direct-conv.ts";
import { filterGradientProduct } from "./filter-gradient.ts";
import { forwardProduct } from "./forward.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { inputGradientProduct } from "./input-gradient.ts";

/** Tiles of products have eight rows at least: with fewer they would mostly compute zeros. */
const fewestRows = 4;

/**
 * A convolution or one of its gradients as a matrix product for each group, one of whose factors is never written down:
 * its tiles are gathered from the image (implicit GEMM; Chetlur et al., "cuDNN: Efficient Primitives for Deep
 * Learning", 2014). Where groups are as small as in depthwise convolutions, as a sum for each element.
 */
export function convKernels(step: ConvStep, limits: KernelLimits): CompiledStep {
  const geometry = geometryOf(step);
  const product = productOf(step, geometry);
  if (product === null || product.rows < fewestRows) return directConvKernels(step, geometry, limits);
  return productKernels(step, step.output, product, tiledCut(product, limits), limits);
}

function productOf(step: ConvStep, geometry: Geometry) {
  if (geometry.plane.length > 3) return null;
  switch (step.attributes.mode) {
    case "forward":
      return forwardProduct(step, geometry);
    case "inputGradient":
      return inputGradientProduct(step, geometry);
    case "filterGradient":
      return filterGradientProduct(step, geometry);
  }
}
