import type { DType, ReduceKind } from "@minima/tensor";
import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { f32x4, f64x2, shuffle } from "../wasm/index.ts";
import { binaryValue, unsupported } from "./arithmetic.ts";

/** How two partial results of a reduction become one. */
export function combine(writer: VectorWriter, kind: ReduceKind, dtype: DType, a: VectorLocal, b: VectorLocal): Vector {
  const operation = kind === "sum" ? "add" : kind === "prod" ? "mul" : kind;
  return binaryValue(writer, operation, dtype, a, b);
}

/** The value that changes nothing when it is folded in. */
export function identity(writer: VectorWriter, kind: ReduceKind, dtype: DType): VectorLocal {
  if (dtype === "float32") return writer.float({ sum: 0, prod: 1, max: -Infinity, min: Infinity }[kind]);
  if (kind === "sum") return writer.int(0);
  if (kind === "prod") return writer.int(1);
  return writer.int((integerBounds[dtype] ?? unsupported(kind, dtype))[kind === "max" ? 0 : 1]);
}

const integerBounds: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, -1],
};

/** Folds the four lanes into one value, which all lanes then hold: (0 with 2, 1 with 3), then these two. */
export function acrossLanes(writer: VectorWriter, kind: ReduceKind, dtype: DType, value: VectorLocal): VectorLocal {
  const halves = writer.let(combine(writer, kind, dtype, value, writer.let(shuffle(value, value, [2, 3, 0, 1]))));
  return writer.let(combine(writer, kind, dtype, halves, writer.let(shuffle(halves, halves, [1, 0, 3, 2]))));
}

/**
 * The second level of a float sum. A float32 accumulator loses accuracy with the number of terms, so partial sums of a
 * few dozen terms are added up in float64, four at a time.
 */
export class DoubleSums {
  readonly #writer: VectorWriter;
  readonly #low: VectorLocal;
  readonly #high: VectorLocal;

  constructor(writer: VectorWriter) {
    this.#writer = writer;
    this.#low = writer.f.local("v128");
    this.#high = writer.f.local("v128");
  }

  reset(): void {
    const { f } = this.#writer;
    f.set(this.#low, this.#writer.double(0)).set(this.#high, this.#writer.double(0));
  }

  add(partial: VectorLocal): void {
    const { f } = this.#writer;
    f.set(this.#low, f64x2.add(this.#low, f64x2.promote_low_f32x4(partial)));
    f.set(this.#high, f64x2.add(this.#high, f64x2.promote_low_f32x4(shuffle(partial, partial, [2, 3, 2, 3]))));
  }

  /** The four sums, rounded to float32. */
  lanes(): Vector {
    return shuffle(f32x4.demote_f64x2_zero(this.#low), f32x4.demote_f64x2_zero(this.#high), [0, 1, 4, 5]);
  }

  /** The sum of the four, rounded to float32, in all lanes. */
  total(): Vector {
    const pair = this.#writer.let(f64x2.add(this.#low, this.#high));
    const total = this.#writer.let(f32x4.demote_f64x2_zero(f64x2.add(pair, shuffle(pair, pair, [1, 0]))));
    return shuffle(total, total, [0, 0, 0, 0]);
  }
}

/** Whether a reduction is a float sum, which alone needs a second level. */
export function isFloatSum({ kind, dtype }: { readonly kind: ReduceKind; readonly dtype: DType }): boolean {
  return kind === "sum" && dtype === "float32";
}

/** A vector whose first `lanes` lanes are `value` and the others the identity of the fold. */
export function keepLanes(writer: VectorWriter, value: VectorLocal, lanes: number, others: VectorLocal): VectorLocal {
  if (lanes === 4) return value;
  return writer.let(
    shuffle(
      value,
      others,
      [0, 1, 2, 3].map((lane) => (lane < lanes ? lane : lane + 4)),
    ),
  );
}
