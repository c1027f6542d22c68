import type { ConvStep, DType } from "@minima/tensor";
import type { CompiledStep, Memory } from "../../kernel/kernel.ts";
import type { Sliding } from "../window.ts";
import type { Geometry } from "./geometry.ts";

/** The windows of a convolution: of what memory, and how they lie there. */
export interface Windows {
  /** The input; for its gradient, the gradient of the output. */
  readonly image: Memory;
  readonly dtype: DType;
  /** What fills that memory, where it is not a slot. */
  readonly before: CompiledStep;
  /** With the extents that the image has there. */
  readonly geometry: Geometry;
  readonly sliding: Sliding;
}

/** The windows as they are, reaching over the edges of the image. */
export function windowsOf({ attributes, a }: ConvStep, geometry: Geometry): Windows {
  return {
    image: { slot: a.slot },
    dtype: a.dtype,
    before: { kernels: [], scratch: [] },
    geometry,
    sliding: attributes,
  };
}

export function slotsOfImage({ image }: Windows): number[] {
  return "slot" in image ? [image.slot] : [];
}
