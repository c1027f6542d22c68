import type { GraphNode } from "../graph/graph.ts";
import type { PoolAttributes } from "../graph/primitive.ts";
import { sizeOf } from "../shape.ts";
import type { Evaluator } from "./values.ts";
import { forEachIndex } from "./views.ts";

type AnchorKind = "matmul" | "conv" | "poolIndex" | "avgPool";
type OfKind<K> = Extract<GraphNode, { kind: K }>;

/** Matrix products, convolutions and pooling as plain sums. */
export const anchors: { readonly [K in AnchorKind]: Evaluator<OfKind<K>> } = {
  matmul: (node, [a, b], out) => {
    const [m, k] = a.shape.slice(-2);
    const n = b.shape[b.shape.length - 1];
    const batches = sizeOf(node.shape.slice(0, -2));
    for (let batch = 0; batch < batches; batch++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let p = 0; p < k; p++) total += a.values[(batch * m + i) * k + p] * b.values[(batch * k + p) * n + j];
          out[(batch * m + i) * n + j] = total;
        }
      }
    }
  },
  conv: (node, [a, b], out) => {
    const { mode, groups } = node.attributes;
    const totals = new Float64Array(out.length);
    // x [n, c, …], filter [o, c/groups, …], y [n, o, …]: every mode sums over the same triples of positions.
    const [x, filter, y] = mode === "forward" ? [a, b, node] : mode === "inputGradient" ? [node, b, a] : [a, node, b];
    const inPlane = sizeOf(x.shape.slice(2));
    const outPlane = sizeOf(y.shape.slice(2));
    const taps = sizeOf(filter.shape.slice(2));
    const [perGroupIn, perGroupOut] = [filter.shape[1], filter.shape[0] / groups];
    forEachTap(x.shape.slice(2), y.shape.slice(2), filter.shape.slice(2), node.attributes, (from, to, tap) => {
      for (let n = 0; n < x.shape[0]; n++) {
        for (let o = 0; o < filter.shape[0]; o++) {
          const group = Math.floor(o / perGroupOut);
          for (let c = 0; c < perGroupIn; c++) {
            const xi = (n * x.shape[1] + group * perGroupIn + c) * inPlane + from;
            const fi = (o * perGroupIn + c) * taps + tap;
            const yi = (n * y.shape[1] + o) * outPlane + to;
            if (mode === "forward") totals[yi] += a.values[xi] * b.values[fi];
            else if (mode === "inputGradient") totals[xi] += a.values[yi] * b.values[fi];
            else totals[fi] += a.values[xi] * b.values[yi];
          }
        }
      }
    });
    for (let i = 0; i < out.length; i++) out[i] = totals[i];
  },
  poolIndex: (node, [x], out) => {
    const rank = node.attributes.window.length;
    const plane = sizeOf(x.shape.slice(-rank));
    const outPlane = sizeOf(node.shape.slice(-rank));
    const best = new Int32Array(out.length).fill(-1);
    forEachTap(x.shape.slice(-rank), node.shape.slice(-rank), node.attributes.window, node.attributes, (from, to) => {
      for (let p = 0; p < out.length / outPlane; p++) {
        const at = p * outPlane + to;
        const value = x.values[p * plane + from];
        const held = best[at] < 0 ? undefined : x.values[p * plane + best[at]];
        if (held === undefined || (held === held && (value > held || value !== value))) best[at] = from;
      }
    });
    out.set(best);
  },
  avgPool: (node, [x], out) => {
    const { mode, window } = node.attributes;
    const rank = window.length;
    const [wide, pooled] = mode === "forward" ? [x.shape, node.shape] : [node.shape, x.shape];
    const [plane, outPlane] = [sizeOf(wide.slice(-rank)), sizeOf(pooled.slice(-rank))];
    const divisors = averageDivisors(wide.slice(-rank), pooled.slice(-rank), node.attributes);
    const totals = new Float64Array(out.length);
    forEachTap(wide.slice(-rank), pooled.slice(-rank), window, node.attributes, (from, to) => {
      for (let p = 0; p < sizeOf(pooled) / outPlane; p++) {
        if (mode === "forward") totals[p * outPlane + to] += x.values[p * plane + from] / divisors[to];
        else totals[p * plane + from] += x.values[p * outPlane + to] / divisors[to];
      }
    });
    for (let i = 0; i < out.length; i++) out[i] = totals[i];
  },
};

interface Sliding {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

/** Visits each pair of an input and an output position that a window connects, with the number of the tap. */
function forEachTap(
  input: readonly number[],
  output: readonly number[],
  window: readonly number[],
  { stride, dilation, padBefore }: Sliding,
  visit: (from: number, to: number, tap: number) => void,
): void {
  forEachIndex(window, (tapIndex, tap) => {
    forEachIndex(output, (outIndex, to) => {
      let from = 0;
      for (let k = 0; k < input.length; k++) {
        const i = outIndex[k] * stride[k] + tapIndex[k] * dilation[k] - padBefore[k];
        if (i < 0 || i >= input[k]) return;
        from = from * input[k] + i;
      }
      visit(from, to, tap);
    });
  });
}

/** How many positions an average divides by: those of the window within the input, or within the padded input. */
function averageDivisors(input: readonly number[], output: readonly number[], attributes: PoolAttributes): number[] {
  const { window, stride, dilation, padBefore, padAfter, countPadding } = attributes;
  const divisors: number[] = [];
  forEachIndex(output, (outIndex) => {
    let count = 1;
    for (let k = 0; k < input.length; k++) {
      const [low, high] = countPadding ? [-padBefore[k], input[k] + padAfter[k]] : [0, input[k]];
      let inside = 0;
      for (let tap = 0; tap < window[k]; tap++) {
        const i = outIndex[k] * stride[k] + tap * dilation[k] - padBefore[k];
        if (i >= low && i < high) inside++;
      }
      count *= inside;
    }
    divisors.push(count);
  });
  return divisors;
}
