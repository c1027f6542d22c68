import { type DType, isFloat } from "../dtype.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ReduceKind } from "../graph/primitive.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import type { Evaluator } from "./values.ts";
import { threefry } from "../random/threefry.ts";
import { forEachIndex } from "./views.ts";

type IndexingKind = "reduce" | "argReduce" | "scan" | "gather" | "scatterAdd" | "argsort" | "randomBits";
type OfKind<K> = Extract<GraphNode, { kind: K }>;

const start: Readonly<Record<ReduceKind, number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };
const fold: Readonly<Record<ReduceKind, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: (a, b) => (a > b || a !== a ? a : b),
  min: (a, b) => (a < b || a !== a ? a : b),
};

/** The fold of a reduction; products of integers wrap at once, because doubles do not hold them. */
function foldOf(kind: ReduceKind, dtype: DType): (a: number, b: number) => number {
  return kind === "prod" && !isFloat(dtype) ? Math.imul : fold[kind];
}

/** Reductions and everything that picks elements by computed positions. */
export const indexing: { readonly [K in IndexingKind]: Evaluator<OfKind<K>> } = {
  reduce: (node, [x], out) => {
    const { kind, axes } = node.attributes;
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const strides = stridesOf(node.shape);
    // Folded in double precision whatever the dtype; sums of integers wrap when they are stored.
    const totals = new Float64Array(out.length).fill(start[kind]);
    const foldIn = foldOf(kind, node.dtype);
    forEachIndex(x.shape, (index, position) => {
      let at = 0;
      kept.forEach((axis, i) => (at += index[axis] * strides[i]));
      totals[at] = foldIn(totals[at], x.values[position]);
    });
    for (let i = 0; i < out.length; i++) out[i] = totals[i];
  },
  argReduce: (node, [x], out) => {
    const { kind, axis } = node.attributes;
    alongAxis(x.shape, axis, (first, stride, count, line) => {
      let best = 0;
      for (let i = 1; i < count; i++) {
        const [a, b] = [x.values[first + best * stride], x.values[first + i * stride]];
        if (a === a && (b !== b || (kind === "max" ? b > a : b < a))) best = i;
      }
      out[line] = best;
    });
  },
  scan: (node, [x], out) => {
    const { kind, axis, reverse } = node.attributes;
    const foldIn = foldOf(kind, node.dtype);
    alongAxis(x.shape, axis, (first, stride, count) => {
      let total = start[kind];
      for (let i = 0; i < count; i++) {
        const at = first + (reverse ? count - 1 - i : i) * stride;
        total = foldIn(total, x.values[at]);
        out[at] = total;
      }
    });
  },
  gather: (node, [x, index], out) => {
    const { axis } = node.attributes;
    const strides = stridesOf(x.shape);
    const outside = isFloat(node.dtype) ? NaN : 0;
    forEachIndex(node.shape, (at, position) => {
      const picked = index.values[position];
      if (picked < 0 || picked >= x.shape[axis]) {
        out[position] = outside;
        return;
      }
      let from = 0;
      for (let k = 0; k < at.length; k++) from += (k === axis ? picked : at[k]) * strides[k];
      out[position] = x.values[from];
    });
  },
  scatterAdd: (node, [index, source], out) => {
    const { axis } = node.attributes;
    const strides = stridesOf(node.shape);
    forEachIndex(index.shape, (at, position) => {
      const picked = index.values[position];
      if (picked < 0 || picked >= node.shape[axis]) return;
      let to = 0;
      for (let k = 0; k < at.length; k++) to += (k === axis ? picked : at[k]) * strides[k];
      out[to] += source.values[position];
    });
  },
  argsort: (node, [x], out) => {
    const { axis, descending } = node.attributes;
    alongAxis(x.shape, axis, (first, stride, count) => {
      const value = (i: number): number => x.values[first + i * stride];
      const order = Array.from({ length: count }, (_, i) => i);
      order.sort((a, b) => compare(value(a), value(b), descending));
      order.forEach((from, i) => (out[first + i * stride] = from));
    });
  },
  randomBits: (_, [state], out) => {
    const [key0, key1, low, high] = state.values;
    for (let i = 0; i < out.length; i++) out[i] = threefry(key0, key1, (low + i) >>> 0, high);
  },
};

/** NaN counts as larger than all numbers. */
function compare(a: number, b: number, descending: boolean): number {
  if (a === b || (a !== a && b !== b)) return 0;
  const isLess = b !== b || a < b;
  return isLess === descending ? 1 : -1;
}

/** Visits each line along an axis: position of its first element, stride, length, and number of the line. */
function alongAxis(
  shape: readonly number[],
  axis: number,
  visit: (first: number, stride: number, count: number, line: number) => void,
): void {
  const stride = stridesOf(shape)[axis];
  const count = shape[axis];
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0, line = 0; o < outer; o++) {
    for (let i = 0; i < stride; i++, line++) visit(o * count * stride + i, stride, count, line);
  }
}
