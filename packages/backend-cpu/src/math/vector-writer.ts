import type { CodeOptions } from "../kernel-options.ts";
import { f32x4, f64x2, i32x4, v128, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";

/** Code that leaves a vector on the stack. */
export type Vector = Expression<"v128">;
/** A vector in a variable, free to use twice. */
export type VectorLocal = Local<"v128">;

/**
 * Writes vector code into a function. Constants are put into variables when the function is entered, so that a loop does
 * not make them anew each round.
 */
export class VectorWriter {
  readonly f: FunctionBuilder;
  /** Vectors stand in pairs, for engines that join two neighbours. */
  readonly wide: boolean;
  readonly #relaxed: boolean;
  readonly #constants = new Map<string, VectorLocal>();
  readonly #numbers = new Set<VectorLocal>();

  constructor(f: FunctionBuilder, { relaxed, wide }: CodeOptions) {
    this.f = f;
    this.wide = wide;
    this.#relaxed = relaxed;
  }

  /** `mask ? whenTrue : whenFalse`, lane by lane, where the bits of each 32-bit lane of the mask are all set or all clear. */
  choose(mask: Vector, whenTrue: Vector, whenFalse: Vector): Vector {
    const choose = this.#relaxed ? i32x4.relaxed_laneselect : v128.bitselect;
    return choose(whenTrue, whenFalse, mask);
  }

  /** Evaluates once, here. */
  let(value: Vector): VectorLocal {
    return this.f.let(value);
  }

  /** Four times a float32. */
  float(value: number): VectorLocal {
    const constant = this.#constant(`float ${Object.is(value, -0) ? "-0" : value}`, () => f32x4.const(value));
    if (!Number.isNaN(value)) this.#numbers.add(constant);
    return constant;
  }

  /** Whether a variable is a float32 constant other than NaN. */
  isNumber(vector: VectorLocal): boolean {
    return this.#numbers.has(vector);
  }

  /** Twice a float64. */
  double(value: number): VectorLocal {
    return this.#constant(`double ${Object.is(value, -0) ? "-0" : value}`, () => f64x2.const(value));
  }

  /** A 32-bit integer, the same in all lanes or one a lane. */
  int(...lanes: number[]): VectorLocal {
    return this.#constant(`int ${lanes.join()}`, () => i32x4.const(...lanes));
  }

  #constant(key: string, value: () => Vector): VectorLocal {
    let local = this.#constants.get(key);
    if (local === undefined) this.#constants.set(key, (local = this.f.letAtEntry(value())));
    return local;
  }
}
