import {
  type Primitive,
  Tensor,
  arange,
  broadcastTo,
  cast,
  createNode,
  div,
  equal,
  mul,
  reshape,
  restoreAxes,
  sub,
  sum,
  where,
} from "@minima/tensor";
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
        return [mul(spread(g), productOfOthers(x, axes, spread))];
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
 * For each element the product of the others along `axes`, without dividing by zero: with one zero only that element
 * has a product, with two or more none has.
 */
function productOfOthers(x: Tensor, axes: readonly number[], spread: (t: Tensor) => Tensor): Tensor {
  const isZero = equal(x, 0);
  const zeros = sum(cast(isZero, "float32"), { axis: axes });
  const safe = where(isZero, 1, x);
  const product = new Tensor(createNode("reduce", [safe.node], zeros.shape, "float32", { kind: "prod", axes }));
  const ofOthers = div(spread(product), safe);
  const noZero = equal(spread(zeros), 0);
  const oneZero = equal(spread(zeros), 1);
  return where(noZero, ofOthers, where(oneZero, where(isZero, ofOthers, 0), 0));
}
