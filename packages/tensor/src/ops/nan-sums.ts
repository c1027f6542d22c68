import type { Tensor } from "../tensor.ts";
import { div } from "./arithmetic.ts";
import { type Operand, asTensor, inFloat32 } from "./build.ts";
import { equal, isNaN } from "./compare.ts";
import { type ReduceOptions, sum } from "./reduce.ts";
import { where } from "./select.ts";
import { cast } from "./unary.ts";
import { named } from "./named.ts";

/** Sum over axes of the elements that are numbers: NaN counts as 0, and has no gradient. */
export function nansum(x: Operand, options: ReduceOptions = {}): Tensor {
  return named("nansum", () => {
    const t = asTensor(x);
    return sum(where(isNaN(t), 0, t), options);
  });
}

/** Arithmetic mean over axes of the elements that are numbers; NaN if there is none. Integers give float32. */
export function nanmean(x: Operand, options: ReduceOptions = {}): Tensor {
  return named("nanmean", () =>
    inFloat32([x], (t) => div(nansum(t, options), sum(cast(equal(t, t), "float32"), options))),
  );
}
