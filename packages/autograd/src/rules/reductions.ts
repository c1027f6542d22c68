import {
  type Primitive, type Range, Tensor, arange, broadcastTo, cast, concat, createNode, cumprod, div, equal, flip, mul, onesLike,
  permute, reshape, restoreAxes, sizeOf, slice, sub, sum, where,
} from "@minima/tensor"; // prettier-ignore
import { type NotDifferentiable, type Rule, notDifferentiable } from "./rule.ts";

type Kind = Extract<Primitive, "reduce" | "argReduce" | "scan">;

/** Reductions: the gradient goes back to every element that took part. */
export const reductions: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  reduce: ({ node, gradient: g, inputs: [x], output: y }) => {
    const { kind, axes } = node.attributes;
    const spread = (t: Tensor): Tensor => broadcastTo(restoreAxes(t, axes), x.shape);
    switch (kind) {
      case "sum":
        return [spread(g)];
      case "max":
      case "min": {
        // Equal extremes share: g / count at each of them.
        const chosen = cast(equal(x, spread(y)), "float32");
        return [mul(chosen, spread(div(g, sum(chosen, { axis: axes }))))];
      }
      case "prod":
        return [mul(spread(g), productOfOthers(x, axes))];
    }
  },
  argReduce: notDifferentiable("an index is an integer"),
  scan: ({ node, gradient: g, inputs: [x], output: y }) => {
    const { kind, axis, reverse } = node.attributes;
    const scan = (t: Tensor, of: "sum" | "max", backwards: boolean): Tensor =>
      new Tensor(createNode("scan", [t.node], t.shape, t.dtype, { kind: of, axis, reverse: backwards }));
    switch (kind) {
      case "sum":
        return [scan(g, "sum", !reverse)];
      case "prod":
        return [div(scan(mul(g, y), "sum", !reverse), x)]; // no element may be 0: `cumprod` has a rule of its own
      case "max": {
        // Each result hangs on the last record before it; all gradients of a record add up at its place.
        const length = x.shape[axis];
        const along = x.shape.map((extent, k) => (k === axis ? extent : 1));
        const places = broadcastTo(reshape(arange(length), along), x.shape);
        const rank = reverse ? sub(length - 1, places) : places;
        const record = scan(where(equal(x, y), rank, -1), "max", reverse);
        const index = reverse ? sub(length - 1, record) : record;
        return [new Tensor(createNode("scatterAdd", [index.node, g.node], x.shape, g.dtype, { axis }))];
      }
    }
  },
};

/**
 * For each element the product of the others along `axes`: that of the elements before it times that of those behind. Without
 * divisions, so that its own derivatives are exact where there are zeros.
 */
function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const moved = permute(x, order);
  const line = reshape(moved, [...kept.map((axis) => x.shape[axis]), sizeOf(axes.map((axis) => x.shape[axis]))]);
  const backwards = (t: Tensor): Tensor => flip(t, -1);
  const others = mul(productBefore(line), backwards(productBefore(backwards(line))));
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return permute(reshape(others, moved.shape), inverse);
}

/** x_0 · … · x_{i-1} along the last axis; 1 for the first element. */
function productBefore(x: Tensor): Tensor {
  const last = x.ndim - 1;
  const part = (stop: number): Tensor =>
    slice(
      x,
      x.shape.map((_, axis): Range | null => (axis === last ? [0, stop] : null)),
    );
  return concat([onesLike(part(1)), cumprod(part(-1), last)], last);
}
