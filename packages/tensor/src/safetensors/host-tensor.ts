import type { DType, TypedArray } from "../dtype.ts";

/** A tensor's elements on the host, row-major. */
export interface HostTensor {
  readonly dtype: DType;
  /** Extents, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** As many elements as the product of the extents; `bool` holds 0 or 1 in a Uint8Array, `float16` is a Float32Array. */
  readonly data: TypedArray;
}
