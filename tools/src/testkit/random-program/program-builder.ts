import * as T from "@minima/tensor";
import { TestRandom } from "./test-random.ts";
import { type StepResult, type Value, isInteger } from "./value.ts";

export interface BuilderOptions {
  /** Most elements of a tensor. */
  readonly mostElements: number;
  /** What a few elements are, such as NaN; empty: all are plain numbers. */
  readonly specials: readonly number[];
}

/** The tensors of a program so far, and the choices of a step among them. */
export class ProgramBuilder {
  readonly r: TestRandom;
  readonly values: StepResult[] = [];
  readonly lines: string[] = [];
  readonly #options: BuilderOptions;
  /** What a step has consumed. */
  readonly #consumed = new Set<StepResult>();
  /** What the current step has picked. */
  #picked: StepResult[] = [];

  constructor(r: TestRandom, options: BuilderOptions) {
    this.r = r;
    this.#options = options;
  }

  /** Takes a step; false if it did not fit. */
  take(step: Step): boolean {
    this.#picked = [];
    const result = step(this);
    if (result === null || result.tensor.size > this.#options.mostElements || result.tensor.ndim > 6) return false;
    for (const value of this.#picked) this.#consumed.add(value);
    this.add(result);
    return true;
  }

  add(value: StepResult): void {
    this.lines.push(`${this.values.length}: ${value.text} -> ${value.tensor.dtype} [${value.tensor.shape.join()}]`);
    this.values.push(value);
  }

  /** The values that no step has consumed. */
  get ends(): StepResult[] {
    return this.values.filter((value) => !this.#consumed.has(value));
  }

  /** A value that is accepted, rather a late one; undefined if there is none. */
  pick(accept: (value: Value) => boolean = () => true): StepResult | undefined {
    const found = this.values.filter(accept);
    const late = found.slice(-4);
    const value = this.r.pick(this.r.chance(0.5) ? late : found);
    if (value !== undefined) this.#picked.push(value);
    return value;
  }

  float(accept: (value: Value) => boolean = () => true): StepResult | undefined {
    return this.pick((value) => value.tensor.dtype === "float32" && accept(value));
  }

  /** An exact value that has numbers: floats or integers. */
  exactNumber(accept: (value: Value) => boolean = () => true): StepResult | undefined {
    return this.pick((value) => value.certainty === "exact" && value.tensor.dtype !== "bool" && accept(value));
  }

  integer(accept: (value: Value) => boolean = () => true): StepResult | undefined {
    return this.pick((value) => isInteger(value.tensor.dtype) && accept(value));
  }

  axisOf(t: T.Tensor): number {
    return this.r.below(t.ndim);
  }

  /** Some axes in any order, at least one, or undefined for all. */
  axesOf(t: T.Tensor): number[] | undefined {
    if (this.r.chance(0.2)) return undefined;
    const axes = this.r.shuffled(t.shape.map((_, axis) => axis));
    return axes.slice(0, this.r.chance(0.6) ? 1 : this.r.between(1, axes.length));
  }

  /** A float32 input with numbers in [-1, 1), often such that several are equal. */
  floatInput(shape: T.Shape): StepResult {
    return this.#input(this.#floats(shape), shape);
  }

  /** The same, in some programs with a few numbers that are special. */
  specialInput(shape: T.Shape): StepResult {
    const data = this.#floats(shape);
    const { specials } = this.#options;
    if (specials.length > 0 && data.length > 0) {
      for (let i = this.r.between(1, 3); i > 0; i--) data[this.r.below(data.length)] = this.r.pick(specials);
    }
    return this.#input(data, shape);
  }

  #floats(shape: T.Shape): Float32Array<ArrayBuffer> {
    const coarse = this.r.chance(0.3);
    return Float32Array.from({ length: T.sizeOf(shape) }, () => (coarse ? this.r.between(-4, 4) / 4 : this.r.signed()));
  }

  #input(data: Float32Array<ArrayBuffer>, shape: T.Shape): StepResult {
    return { tensor: T.tensor(data, { shape }), certainty: "exact", limit: 1, text: "input" };
  }

  /** Integers in [low, high]. */
  integerInput(shape: T.Shape, low: number, high: number, dtype: "int32" | "uint32" | "uint8" = "int32"): StepResult {
    const numbers = Array.from({ length: T.sizeOf(shape) }, () => this.r.between(low, high));
    return {
      tensor: T.tensor(numbers, { shape, dtype }),
      certainty: "exact",
      limit: Math.max(-low, high),
      text: "input",
    };
  }
}

/** A step of a program; null if it does not fit the tensors there are. */
export type Step = (p: ProgramBuilder) => StepResult | null;
