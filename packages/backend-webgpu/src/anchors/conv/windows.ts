import type { ConvStep } from "@minima/tensor";
import type { CompiledStep } from "../../kernel/kernel.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Sliding } from "../window.ts";
import { type BoundSource, bindSource, sourceSlots } from "../source.ts";
import type { Geometry } from "./geometry.ts";

/** The windows of a convolution: of what memory, and how they lie there. */
export interface Windows {
  /** Binds the input; for its gradient, the gradient of the output. */
  readonly bind: (writer: KernelWriter) => BoundSource;
  /** The slots that this is read from. */
  readonly slots: readonly number[];
  /** What copies it before, where it is read from scratch memory. */
  readonly before: CompiledStep;
  /** With the extents that the image has there. */
  readonly geometry: Geometry;
  readonly sliding: Sliding;
}

/** The windows as they are, reaching over the edges of the image. */
export function windowsOf({ attributes, a }: ConvStep, geometry: Geometry): Windows {
  return {
    bind: (writer) => bindSource(writer, a),
    slots: sourceSlots(a),
    before: { kernels: [], scratch: [] },
    geometry,
    sliding: attributes,
  };
}
