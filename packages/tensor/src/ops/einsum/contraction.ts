import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../arithmetic.ts";
import { matmul } from "../matmul.ts";
import { sum } from "../reduce.ts";
import { permute, reshape, transpose } from "../views.ts";
import type { Label } from "./equation.ts";

/** A tensor whose axes have names, each once. */
export interface Term {
  readonly tensor: Tensor;
  readonly labels: readonly Label[];
}

/**
 * The product of two terms, summed over the labels they share that are not wanted any more: one batched matrix product,
 * or, where nothing is summed, an element-wise one. Labels of one term alone must all be wanted.
 */
export function contract(a: Term, b: Term, isWanted: (label: Label) => boolean): Term {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter(isWanted);
  const summed = shared.filter((label) => !isWanted(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const shape = [...extentsOf(a, [...batch, ...rows]), ...extentsOf(b, columns)];
  if (summed.length === 0) {
    const outer = [...extentsOf(a, [...batch, ...rows]), ...columns.map(() => 1)];
    const inner = [...extentsOf(b, batch), ...rows.map(() => 1), ...extentsOf(b, columns)];
    const left = reshape(ordered(a, [...batch, ...rows]), outer);
    return { tensor: mul(left, reshape(ordered(b, [...batch, ...columns]), inner)), labels };
  }
  if (rows.length === 0 && columns.length === 0) {
    // One number for each element of the batch: nothing is repeated, so a sum of products is no detour.
    const product = mul(ordered(a, [...batch, ...summed]), ordered(b, [...batch, ...summed]));
    return { tensor: sum(product, { axis: summed.map((_, i) => batch.length + i) }), labels };
  }
  const product = matmul(matrices(a, batch, rows, summed), matrices(b, batch, summed, columns));
  return { tensor: reshape(product, shape), labels };
}

/** The tensor with its axes in another order. */
export function ordered(term: Term, labels: readonly Label[]): Tensor {
  return permute(
    term.tensor,
    labels.map((label) => term.labels.indexOf(label)),
  );
}

/** A term as [batch, rows, columns], or as [rows, columns] without batch. */
function matrices(term: Term, batch: readonly Label[], rows: readonly Label[], columns: readonly Label[]): Tensor {
  const extent = (labels: readonly Label[]): number => sizeOf(extentsOf(term, labels));
  const lead = batch.length === 0 ? [] : [extent(batch)];
  const lies = (labels: readonly Label[]): boolean => labels.every((label, axis) => term.labels[axis] === label);
  if (lies([...batch, ...columns, ...rows])) {
    // Merging before transposing leaves a plain transposed matrix, which a matrix product reads in place.
    return transpose(reshape(term.tensor, [...lead, extent(columns), extent(rows)]));
  }
  return reshape(ordered(term, [...batch, ...rows, ...columns]), [...lead, extent(rows), extent(columns)]);
}

function extentsOf(term: Term, labels: readonly Label[]): number[] {
  return labels.map((label) => term.tensor.shape[term.labels.indexOf(label)]);
}
