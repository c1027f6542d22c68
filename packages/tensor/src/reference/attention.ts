import { isFloat } from "../dtype.ts";
import type { GraphNodeOf } from "../graph/graph.ts";
import { attentionInputs } from "../graph/primitive.ts";
import { sizeOf } from "../shape.ts";
import type { Evaluator, Input } from "./values.ts";

/** Attention and its gradients, one row of scores at a time; sums in double precision. */
export const attention: Evaluator<GraphNodeOf<"attention">> = (node, inputs, out) => {
  const { mode, scale } = node.attributes;
  const [q, k] = inputs;
  const queries = q.shape[q.shape.length - 2];
  const keys = k.shape[k.shape.length - 2];
  const mask = inputs[attentionInputs[mode]] as Input | undefined;
  const totals = new Float64Array(out.length);
  for (let batch = 0; batch < sizeOf(q.shape.slice(0, -2)); batch++) {
    for (let i = 0; i < queries; i++) {
      const scores = scoresOf(batch, i);
      const query = batch * queries + i;
      /** Adds `factor` times a row of an input to a row of the result. */
      const add = (row: number, factor: number, input: Input, from: number): void => {
        const width = input.shape[input.shape.length - 1];
        for (let f = 0; f < width; f++) totals[row * width + f] += factor * input.values[from * width + f];
      };
      if (mode === "forward" || mode === "logSumExp") {
        const largest = Math.max(...scores);
        const weights = scores.map((score) => (largest === -Infinity ? 0 : Math.exp(score - largest)));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        if (mode === "logSumExp") totals[query] = total === 0 ? Infinity : largest + Math.log(total);
        else if (total > 0) weights.forEach((weight, j) => add(query, weight / total, inputs[2], batch * keys + j));
        continue;
      }
      const g = inputs[mode === "valueGradient" ? 2 : 3];
      const logSumExp = inputs[mode === "valueGradient" ? 3 : 4].values[query];
      scores.forEach((score, j) => {
        const key = batch * keys + j;
        const weight = Math.exp(score - logSumExp);
        if (mode === "valueGradient") return add(key, weight, g, query);
        const byScore = weight * (dot(g, query, inputs[2], key) - inputs[5].values[query]) * scale;
        if (mode === "queryGradient") add(query, byScore, k, key);
        else add(key, byScore, q, query);
      });
    }
  }
  out.set(totals);

  /** The scores of query i. */
  function scoresOf(batch: number, i: number): number[] {
    return Array.from({ length: keys }, (_, j) => {
      const allowed = mask?.dtype !== "bool" || mask.values[(batch * queries + i) * keys + j] !== 0;
      if (!allowed || (node.attributes.isCausal && j > i)) return -Infinity;
      const added = mask !== undefined && isFloat(mask.dtype) ? mask.values[(batch * queries + i) * keys + j] : 0;
      return dot(q, batch * queries + i, k, batch * keys + j) * scale + added;
    });
  }
};

function dot(a: Input, row: number, b: Input, other: number): number {
  const width = a.shape[a.shape.length - 1];
  let total = 0;
  for (let f = 0; f < width; f++) total += a.values[row * width + f] * b.values[other * width + f];
  return total;
}
