import { type Tensor, sizeOf, tensor } from "@minima/tensor";

/**
 * The inputs of all peers: about uniform in [-scale, scale], from the 32-bit generator s = 1664525·s + 1013904223
 * started at 2654435761·seed.
 */
export function fill(count: number, scale = 1, seed = 1): Float32Array {
  const values = new Float32Array(count);
  let state = Math.imul(seed, 2654435761) >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = ((state / 2 ** 32) * 2 - 1) * scale;
  }
  return values;
}

/** A tensor of `fill`. */
export function filled(shape: readonly number[], scale = 1, seed = 1): Tensor {
  return tensor(fill(sizeOf(shape), scale, seed), { shape });
}

/** Labels of the training cases, one-hot: row i is of class 7·i mod `classes`. */
export function labels(rows: number, classes: number): Float32Array {
  const values = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) values[row * classes + ((row * 7) % classes)] = 1;
  return values;
}
