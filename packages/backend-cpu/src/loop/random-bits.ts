import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { i32x4, v128 } from "../wasm/index.ts";

/**
 * First word of Threefry-2x32 with 13 rounds, the fewest that pass all tests of randomness, of which the authors recommend
 * 20 for a margin of safety. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011:
 * rotations from table 2, the parity constant of Skein's key schedule, a key injection every four rounds.
 */
export function threefry(
  writer: VectorWriter,
  key: readonly [VectorLocal, VectorLocal],
  counter: readonly [Vector, Vector],
): Vector {
  const schedule = [...key, writer.let(v128.xor(v128.xor(key[0], key[1]), writer.int(parity)))];
  const { f } = writer;
  const x0 = writer.let(i32x4.add(counter[0], schedule[0]));
  const x1 = writer.let(i32x4.add(counter[1], schedule[1]));
  for (let round = 0; round < rounds; round++) {
    f.set(x0, i32x4.add(x0, x1));
    const bits = rotations[round % rotations.length];
    f.set(x1, v128.xor(v128.or(i32x4.shl(x1, bits), i32x4.shr_u(x1, 32 - bits)), x0));
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    f.set(x0, i32x4.add(x0, schedule[injection % 3]));
    f.set(x1, i32x4.add(i32x4.add(x1, schedule[(injection + 1) % 3]), writer.int(injection)));
  }
  return x0;
}

const rounds = 13;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;
