import { type Tensor, reference, setBackend, tensor } from "../src/index.ts";

setBackend(reference());

/** A tensor of numbers. */
export function of(data: readonly number[], shape: readonly number[] = [data.length]): Tensor {
  return tensor(Float32Array.from(data), { shape });
}

/** Irregular numbers in (-1, 1), no two alike. */
export function irregular(shape: readonly number[], seed = 0): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return of(
    Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * (seed + 1))),
    shape,
  );
}

/** Elements of a tensor, computed now. */
export async function elements(t: Tensor): Promise<number[]> {
  return Array.from(await t.data());
}

/** Every index of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (heads, extent) => heads.flatMap((head) => Array.from({ length: extent }, (_, i) => [...head, i])),
    [[]],
  );
}

/** Position of an index in a row-major array. */
export function at(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((position, i, axis) => position * shape[axis] + i, 0);
}
