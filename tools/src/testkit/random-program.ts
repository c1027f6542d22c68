import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";

/** Random numbers for tests: a linear congruential generator, the same everywhere. */
export class TestRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 12345) >>> 0;
    for (let i = 0; i < 4; i++) this.unit();
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A number in [0, n) without fraction. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** One of a list; undefined of an empty one. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** A random computation: the tensors to read, and how to say what it was. */
export interface RandomProgram {
  readonly outputs: readonly Tensor[];
  readonly description: string;
}

/** What a step of a program may do; null if it does not fit the tensors there are. */
type Step = (r: TestRandom, pool: readonly Tensor[]) => { readonly value: Tensor; readonly text: string } | null;

const floats = (pool: readonly Tensor[]): Tensor[] => pool.filter((t) => t.dtype === "float32");
const axisOf = (r: TestRandom, t: Tensor): number => r.below(t.ndim);

const unary: Step = (r, pool) => {
  const x = r.pick(floats(pool));
  const name = r.pick(["neg", "sigmoid", "tanh", "relu", "abs", "square", "sin", "cos", "erf", "atan"] as const);
  return { value: T[name](x), text: name };
};

const binary: Step = (r, pool) => {
  const a = r.pick(floats(pool));
  const partners = floats(pool).filter((b) => fits(a.shape, b.shape));
  const b = r.unit() < 0.3 ? Math.fround(r.unit() * 2 - 1) : r.pick(partners);
  const name = r.pick(["add", "sub", "mul", "maximum", "minimum"] as const);
  return { value: T[name](a, b), text: `${name} ${b instanceof T.Tensor ? "" : "number"}` };
};

const choose: Step = (r, pool) => {
  const a = r.pick(floats(pool));
  const b = r.pick(floats(pool).filter((t) => fits(a.shape, t.shape)));
  // Continuous where a and b meet, so that rounding cannot jump.
  return { value: T.where(T.less(a, b), b, a), text: "where" };
};

const view: Step = (r, pool) => {
  const x = r.pick(pool);
  const name = r.pick([
    "permute",
    "slice",
    "flip",
    "reshape",
    "unsqueeze",
    "expand",
    "flatten",
    "pad",
    "roll",
  ] as const);
  switch (name) {
    case "permute": {
      const axes = x.shape.map((_, axis) => axis).sort(() => r.unit() - 0.5);
      return { value: T.permute(x, axes), text: `permute ${axes.join()}` };
    }
    case "slice": {
      const ranges = x.shape.map((extent): T.Range => {
        const start = r.below(Math.max(1, extent));
        return [start, start + 1 + r.below(extent), 1 + r.below(2)];
      });
      return { value: T.slice(x, ranges), text: `slice ${JSON.stringify(ranges)}` };
    }
    case "flip":
      return x.ndim === 0 ? null : { value: T.flip(x, axisOf(r, x)), text: "flip" };
    case "reshape": {
      if (x.ndim < 2) return null;
      const axis = r.below(x.ndim - 1);
      const shape = [...x.shape];
      if (r.unit() < 0.5) shape.splice(axis, 2, shape[axis] * shape[axis + 1]);
      else if (shape[axis] % 2 === 0) shape.splice(axis, 1, 2, shape[axis] / 2);
      else return null;
      return { value: T.reshape(x, shape), text: `reshape ${shape.join()}` };
    }
    case "unsqueeze":
      return x.ndim > 4 ? null : { value: T.unsqueeze(x, r.below(x.ndim + 1)), text: "unsqueeze" };
    case "expand": {
      if (x.size > 200) return null;
      const shape = [2 + r.below(2), ...x.shape];
      return { value: T.expand(x, shape), text: `expand ${shape.join()}` };
    }
    case "flatten":
      return { value: T.flatten(x), text: "flatten" };
    case "pad": {
      if (x.size > 500 || x.ndim === 0) return null;
      const amounts = [r.below(3), r.below(3)];
      return { value: T.pad(x, amounts), text: `pad ${amounts.join()}` };
    }
    case "roll":
      return x.ndim === 0 ? null : { value: T.roll(x, 1 + r.below(3), axisOf(r, x)), text: "roll" };
  }
};

const join: Step = (r, pool) => {
  const a = r.pick(floats(pool).filter((t) => t.ndim > 0));
  if (a === undefined) return null;
  const axis = axisOf(r, a);
  const b = r.pick(
    floats(pool).filter((t) => t.ndim === a.ndim && t.shape.every((n, k) => k === axis || n === a.shape[k])),
  );
  return { value: T.concat(r.unit() < 0.5 ? [a, b] : [b, a, b], axis), text: `concat ${axis}` };
};

const reduce: Step = (r, pool) => {
  const x = r.pick(floats(pool));
  if (x.ndim === 0 || x.size === 0) return null;
  const axis = r.unit() < 0.2 ? undefined : axisOf(r, x);
  const keepDims = r.unit() < 0.5;
  const name = r.pick(["sum", "mean", "amax", "amin", "logsumexp", "variance"] as const);
  const value = name === "variance" ? T.variance(x, { axis, keepDims, correction: 0 }) : T[name](x, { axis, keepDims });
  return { value, text: `${name} ${axis ?? "all"}` };
};

const rows: Step = (r, pool) => {
  const x = r.pick(floats(pool));
  if (x.ndim === 0 || x.size === 0) return null;
  const axis = axisOf(r, x);
  const name = r.pick(["softmax", "logSoftmax", "centre"] as const);
  const value = name === "centre" ? T.sub(x, T.mean(x, { axis, keepDims: true })) : T[name](x, axis);
  return { value, text: `${name} ${axis}` };
};

const product: Step = (r, pool) => {
  const a = r.pick(floats(pool).filter((t) => t.ndim >= 2));
  if (a === undefined) return null;
  const k = a.shape[a.ndim - 1];
  const partners = floats(pool).filter((b) => b.ndim >= 2 && (b.shape[b.ndim - 2] === k || b.shape[b.ndim - 1] === k));
  const b = r.pick(partners);
  if (b === undefined) return null;
  const right = b.shape[b.ndim - 2] === k ? b : T.transpose(b);
  if (!fits(a.shape.slice(0, -2), right.shape.slice(0, -2))) return null;
  return { value: T.mul(T.matmul(a, right), 0.3), text: right === b ? "matmul" : "matmul transposed" };
};

const steps: readonly Step[] = [unary, unary, binary, binary, choose, view, view, view, join, reduce, rows, product];

/** Builds a random program of `length` operations on random inputs; seeds give programs one to one. */
export function randomProgram(seed: number, length: number): RandomProgram {
  const r = new TestRandom(seed);
  const shapes = [[3, 4], [4], [2, 3, 4], [1, 4], [5, 3], [2, 1, 4], [17], [4, 17], []];
  const pool: Tensor[] = [];
  const lines: string[] = [];
  for (let i = 0; i < 4; i++) {
    const shape = r.pick(shapes);
    const data = Float32Array.from({ length: T.sizeOf(shape) }, () => Math.fround(r.unit() * 2 - 1));
    pool.push(T.tensor(data, { shape }));
    lines.push(`input [${shape.join()}]`);
  }
  while (pool.length < length + 4) {
    const step = r.pick(steps)(r, pool);
    if (step === null || step.value.size > 4000 || step.value.ndim > 6) continue;
    pool.push(step.value);
    lines.push(`${pool.length - 1}: ${step.text} -> [${step.value.shape.join()}]`);
  }
  const outputs = [pool[pool.length - 1], r.pick(pool.slice(4)), r.pick(pool.slice(4))];
  return { outputs, description: lines.join("\n") };
}

function fits(a: T.Shape, b: T.Shape): boolean {
  const rank = Math.max(a.length, b.length);
  for (let axis = 1; axis <= rank; axis++) {
    const [x, y] = [a[a.length - axis] ?? 1, b[b.length - axis] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}
