import type { KernelLimits } from "../../kernel/kernel.ts";
import { directCut } from "./direct-kernel.ts";
import type { ProductCut } from "./product-kernels.ts";
import type { Product } from "./product.ts";
import { tiledCut } from "./tile-kernel.ts";

/** A product cut as suits the device. */
export function productCut(product: Product, limits: KernelLimits): ProductCut {
  return limits.tuning.sharedTiles ? tiledCut(product, limits) : directCut(product, limits);
}
