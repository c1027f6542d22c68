import { type Tensor, sizeOf, tensor } from "@minima/tensor";

/** Numbers in (-1, 1) that look random, the same for the same seed. */
function unit(i: number, seed: number): number {
  const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
  return (x - Math.floor(x)) * 2 - 1;
}

/** A float tensor with values in (-1, 1), or what `map` makes of them. */
export function floats(shape: readonly number[], seed = 1, map: (u: number) => number = (u) => u): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => map(unit(i, seed)));
  return tensor(data, { shape });
}

/** Integers in [low, high). */
export function integers(
  shape: readonly number[],
  low: number,
  high: number,
  dtype: "int32" | "uint32" | "uint8" = "int32",
): Tensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => low + Math.floor(((unit(i, 7) + 1) / 2) * (high - low)),
  );
  const array = { int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array }[dtype];
  return tensor(new array(values), { shape });
}

/** About half true. */
export function booleans(shape: readonly number[], seed = 3): Tensor {
  const data = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => (unit(i, seed) > 0 ? 1 : 0));
  return tensor(data, { shape, dtype: "bool" });
}
