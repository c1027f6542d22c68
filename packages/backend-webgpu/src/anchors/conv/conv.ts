import type { ConvStep } from "@minima/tensor";
import type { CompiledStep, KernelLimits } from "../../kernel/kernel.ts";
import { directCut } from "../product/direct-kernel.ts";
import { productKernels } from "../product/product-kernels.ts";
import type { Product } from "../product/product.ts";
import { tiledCut } from "../product/tile-kernel.ts";
import { directConvKernels } from "./direct-conv.ts";
import { filterGradientProduct } from "./filter-gradient.ts";
import { forwardProduct } from "./forward.ts";
import { geometryOf } from "./geometry.ts";
import { inputGradientProduct } from "./input-gradient.ts";
import { insideWindows } from "./inside-windows.ts";
import { type Windows, windowsOf } from "./windows.ts";

/** Tiles of products have eight rows at least: with fewer they would mostly compute zeros. */
const fewestRows = 4;

/**
 * A convolution or one of its gradients as a matrix product for each group, one of whose factors is never written down:
 * its tiles are gathered from the image (implicit GEMM; Chetlur et al., "cuDNN: Efficient Primitives for Deep
 * Learning", 2014). Where groups are as small as in depthwise convolutions, as a sum for each element.
 */
export function convKernels(step: ConvStep, limits: KernelLimits): CompiledStep {
  const geometry = geometryOf(step);
  const rows = step.attributes.mode === "inputGradient" ? geometry.channelsPerGroup : geometry.filtersPerGroup;
  if (rows < fewestRows || geometry.plane.length > 3) return directConvKernels(step, geometry, limits);
  const inside = limits.tuning.sharedTiles ? null : insideWindows(step, geometry, limits);
  const product = productOf(step, inside ?? windowsOf(step, geometry));
  const cut = inside === null ? tiledCut(product, limits) : directCut(product, limits);
  return productKernels(step, step.output, product, cut, limits);
}

function productOf(step: ConvStep, windows: Windows): Product {
  switch (step.attributes.mode) {
    case "forward":
      return forwardProduct(step, windows);
    case "inputGradient":
      return inputGradientProduct(step, windows);
    case "filterGradient":
      return filterGradientProduct(step, windows);
  }
}
