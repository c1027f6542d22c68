import type { Tensor } from "../tensor.ts";
import { sliceAlong } from "./along.ts";
import { mul, sub } from "./arithmetic.ts";
import { moveaxis } from "./axes.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { equal, isFinite, lessEqual, logicalAnd, logicalNot } from "./compare.ts";
import { arange } from "./create.ts";
import { withGradient } from "./custom.ts";
import { logaddexp } from "./exponential.ts";
import { pad } from "./pad.ts";
import { sum } from "./reduce.ts";
import { where } from "./select.ts";
import { logsumexp } from "./softmax.ts";
import { exp } from "./unary.ts";
import { alongAxis, reshape, select, unsqueeze } from "./views.ts";

/** How many elements are summed directly, each with all before it. */
const blockLength = 32;

/**
 * Running log Σ exp along an axis, without overflow: y_i = log(e^x_0 + … + e^x_i). In blocks, whose sums run on from block to
 * block. Its derivatives are ∂y_i/∂x_j = e^(x_j - y_i).
 */
export function logcumsumexp(x: Operand, axis: number): Tensor {
  return inFloat32([x], (wide) =>
    alongAxis("logcumsumexp", wide, axis, (t, a) => moveaxis(alongLast(moveaxis(t, a, -1)), -1, a)),
  );
}

function alongLast(t: Tensor): Tensor {
  const last = t.ndim - 1;
  const length = t.shape[last];
  if (length <= blockLength) return withinBlocks(t);
  const lead = t.shape.slice(0, -1);
  const count = Math.ceil(length / blockLength);
  const padded = pad(t, [0, count * blockLength - length]);
  const within = withinBlocks(reshape(padded, [...lead, count, blockLength]));
  const totals = sliceAlong(select(within, -1, -1), last, [0, -1]);
  const before = pad(alongLast(totals), [1, 0], { value: -Infinity });
  const sums = logaddexp(within, unsqueeze(before, -1));
  return sliceAlong(reshape(sums, padded.shape), last, [0, length]);
}

/** The same within the last axis, from all pairs of elements. */
function withinBlocks(t: Tensor): Tensor {
  const places = arange(t.shape[t.ndim - 1]);
  const isBefore = lessEqual(places, unsqueeze(places, 1));
  const columns = unsqueeze(t, -2);
  return withGradient(
    [t],
    () => logsumexp(where(isBefore, columns, -Infinity), { axis: -1 }),
    (g, y) => {
      const share = ratio(columns, unsqueeze(y, -1));
      return [sum(where(isBefore, mul(unsqueeze(g, -1), share), 0), { axis: -2 })];
    },
  );
}

/** e^(a - b); of equal infinities 1. */
function ratio(a: Tensor, b: Tensor): Tensor {
  return exp(where(logicalAnd(equal(a, b), logicalNot(isFinite(a))), 0, sub(a, b)));
}
