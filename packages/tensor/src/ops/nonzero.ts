import { broadcastShapes, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Operand, asTensor } from "./build.ts";
import { notEqual } from "./compare.ts";
import { broadcastTo, tensor } from "./create.ts";
import { indexSelect } from "./indexing.ts";
import { type ReduceOptions, sum } from "./reduce.ts";
import { cast } from "./unary.ts";
import { deviceOf, refuseValueDependent } from "./value-dependent.ts";
import { reshape } from "./views.ts";
import { named } from "./named.ts";

/** How many elements over axes are not 0, as int32; NaN counts. */
export function countNonzero(x: Operand, options: ReduceOptions = {}): Tensor {
  return named("countNonzero", () => sum(notEqual(asTensor(x), 0), options));
}

/** Flat positions of the elements that are not 0, in order. */
async function positionsOf(t: Tensor): Promise<number[]> {
  const positions: number[] = [];
  (await cast(t, "bool").data()).forEach((value, i) => {
    if (value !== 0) positions.push(i);
  });
  return positions;
}

/**
 * Where the elements are that are not 0 (NaN is not), in row-major order; x is read for it. Not within `compile`.
 *
 * @returns int32 [count, rank]: an index of x in each row.
 */
export function nonzero(x: Operand): Promise<Tensor> {
  refuseValueDependent("nonzero");
  const t = asTensor(x);
  const strides = stridesOf(t.shape);
  return positionsOf(t).then((positions) => {
    const rows = Int32Array.from({ length: positions.length * t.ndim }, (_, i) => {
      const axis = i % t.ndim;
      return Math.floor(positions[Math.floor(i / t.ndim)] / strides[axis]) % t.shape[axis];
    });
    return tensor(rows, { shape: [positions.length, t.ndim], backend: deviceOf(t) });
  });
}

/**
 * The elements at which a mask is true (not 0), as a vector in row-major order; x and mask broadcast. The mask is read for it,
 * x is not, and gradients flow to the elements taken. Not within `compile`.
 */
export function maskedSelect(x: Operand, mask: Operand): Promise<Tensor> {
  refuseValueDependent("maskedSelect");
  const [t, m] = [asTensor(x), asTensor(mask)];
  const shape = broadcastShapes("maskedSelect", t.shape, m.shape);
  const [elements, isTaken] = [broadcastTo(t, shape), broadcastTo(m, shape)];
  return positionsOf(isTaken).then((positions) => {
    const index = tensor(Int32Array.from(positions), { backend: deviceOf(t, m) });
    return indexSelect(reshape(elements, [elements.size]), 0, index);
  });
}
