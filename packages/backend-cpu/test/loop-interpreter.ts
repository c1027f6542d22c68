import type { Affine, DType, Instruction, LoopStep, Reduction } from "@minima/tensor";

/** Slots as arrays of numbers; bool as 0 and 1. */
export type Memory = Map<number, number[] | Float64Array>;

/**
 * Runs a step as its description says, point by point in plain numbers: float32 rounded after each operation, sums in
 * float64. Stores change `memory`.
 */
export function interpret(step: LoopStep, memory: Memory, scalars: ArrayBuffer): void {
  const read = (slot: number, at: number): number => {
    const value = memory.get(slot)?.[at];
    if (value === undefined) throw new Error(`slot ${slot} was read at ${at}`);
    return value;
  };
  for (const outer of points(step.outer)) {
    const reduced = new Map<number, number>();
    for (const phase of step.phases) {
      const totals = new Map(phase.reductions.map((reduction) => [reduction, start(reduction)]));
      const none: number[][] = [step.inner.map(() => 0)];
      for (const inner of phase.inner ? points(step.inner) : none) {
        const point = [...outer, ...inner];
        const cache = new Map<number, number>();
        const value = (index: number): number => {
          let known = cache.get(index);
          if (known === undefined) cache.set(index, (known = run(step.instructions[index])));
          return known;
        };
        const run = (instruction: Instruction): number => {
          switch (instruction.op) {
            case "load":
              if (instruction.guard !== undefined && value(instruction.guard) === 0) return 0;
              return read(instruction.slot, at(instruction, point));
            case "scalar": {
              const view = new DataView(scalars);
              const offset = instruction.index * 4;
              if (instruction.dtype === "float32") return view.getFloat32(offset, true);
              return instruction.dtype === "uint32" ? view.getUint32(offset, true) : view.getInt32(offset, true);
            }
            case "constant":
              return wrap(instruction.dtype, instruction.value);
            case "index":
              return at(instruction, point) | 0;
            case "inside":
              return Number(instruction.bounds.every((b) => at(b, point) >= 0 && at(b, point) < b.extent));
            case "where":
              return value(instruction.a) !== 0 ? value(instruction.b) : value(instruction.c);
            case "cast":
              return cast(dtypeOf(step, instruction.a), instruction.dtype, value(instruction.a));
            case "randomBits": {
              const { key0, key1, counter, index, high } = instruction;
              return threefry13(value(key0), value(key1), (value(counter) + value(index)) >>> 0, value(high));
            }
            case "reduced":
              return reduced.get(instruction.id) as number;
            default: {
              const dtype = dtypeOf(step, instruction.a);
              const operands =
                "b" in instruction ? [value(instruction.a), value(instruction.b)] : [value(instruction.a)];
              const result = compute(instruction.op, dtype, operands[0], operands[1]);
              return instruction.op === "less" || instruction.op === "equal" ? result : wrap(dtype, result);
            }
          }
        };
        for (const [reduction, total] of totals) {
          const term = cast(dtypeOf(step, reduction.value), reduction.dtype, value(reduction.value));
          totals.set(reduction, fold(reduction, total, term));
        }
        for (const store of phase.stores) {
          const target = memory.get(store.slot) as number[];
          const index = at(store, point);
          if (index < 0 || index >= target.length) throw new Error(`slot ${store.slot} was written at ${index}`);
          target[index] = value(store.value);
        }
      }
      for (const [reduction, total] of totals) reduced.set(reduction.id, wrap(reduction.dtype, total));
    }
  }
}

function* points(extents: readonly number[]): Generator<number[]> {
  if (extents.includes(0)) return;
  const point = extents.map(() => 0);
  for (;;) {
    yield [...point];
    let axis = extents.length - 1;
    while (axis >= 0 && ++point[axis] === extents[axis]) point[axis--] = 0;
    if (axis < 0) return;
  }
}

function at({ offset, strides }: Affine, point: readonly number[]): number {
  return strides.reduce((sum, stride, axis) => sum + stride * point[axis], offset);
}

function dtypeOf(step: LoopStep, index: number): DType {
  const instruction = step.instructions[index];
  return instruction.op === "less" || instruction.op === "equal" ? "bool" : instruction.dtype;
}

function wrap(dtype: DType, value: number): number {
  switch (dtype) {
    case "float32":
      return Math.fround(value);
    case "int32":
      return value | 0;
    case "uint32":
      return value >>> 0;
    case "uint8":
      return value & 255;
    case "bool":
      return Number(value !== 0);
    case "float16":
      return absent(dtype);
  }
}

function absent(dtype: DType): never {
  throw new TypeError(`the CPU has no ${dtype}`);
}

function cast(from: DType, to: DType, value: number): number {
  if (from !== "float32" || to === "float32" || to === "bool")
    return to === "bool" ? Number(value !== 0) : wrap(to, value);
  const limits =
    { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], uint8: [0, 255], float16: null }[to] ?? absent(to);
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), limits[0]), limits[1]);
}

function compute(op: string, dtype: DType, a: number, b: number): number {
  const isInteger = dtype !== "float32";
  switch (op) {
    case "neg":
      return -a;
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return isInteger ? Math.imul(a, b) : a * b;
    case "div":
      return isInteger ? (b === 0 ? 0 : Math.trunc(a / b)) : a / b;
    case "mod": {
      if (isInteger && b === 0) return 0;
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    }
    case "pow":
      return isInteger ? integerPower(a, b) : powerOfC(a, b);
    case "max":
      return Math.max(a, b);
    case "min":
      return Math.min(a, b);
    case "less":
      return Number(a < b);
    case "equal":
      return Number(a === b);
    case "erf":
      return erf(a);
    case "floor":
    case "exp":
    case "log":
    case "sqrt":
    case "sin":
    case "cos":
    case "tanh":
    case "atan":
      return Math[op](a);
    default:
      throw new Error(`unknown instruction ${op}`);
  }
}

function powerOfC(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isNaN(b) && !Number.isFinite(b)) ? 1 : a ** b;
}

function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let i = 0; i < b; i++) result = Math.imul(result, a);
  return result;
}

/** Error function in float64: its power series, or the continued fraction of erfc. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || a > 6) return Number.isNaN(x) ? NaN : Math.sign(x);
  if (a < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let n = 200; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
}

function start({ kind, dtype }: Reduction): number {
  if (kind === "sum") return 0;
  if (kind === "prod") return 1;
  const [low, high] =
    {
      float32: [-Infinity, Infinity],
      int32: [-(2 ** 31), 2 ** 31 - 1],
      uint32: [0, 2 ** 32 - 1],
      uint8: [0, 255],
      bool: [0, 1],
      float16: null,
    }[dtype] ?? absent(dtype);
  return kind === "max" ? low : high;
}

function fold({ kind, dtype }: Reduction, total: number, term: number): number {
  const exact = dtype === "float32";
  if (kind === "sum") return exact ? total + term : wrap(dtype, total + term);
  if (kind === "prod") return exact ? total * term : wrap(dtype, Math.imul(total, term));
  return kind === "max" ? Math.max(total, term) : Math.min(total, term);
}

/** Threefry-2x32 with 13 rounds, first word; on numbers, as in the paper. */
export function threefry13(key0: number, key1: number, counter0: number, counter1: number): number {
  const rotation = [13, 15, 26, 6, 17, 29, 16, 24];
  const keys = [key0 >>> 0, key1 >>> 0, (key0 ^ key1 ^ 0x1bd11bda) >>> 0];
  let x = (counter0 + keys[0]) >>> 0;
  let y = (counter1 + keys[1]) >>> 0;
  for (let round = 1; round <= 13; round++) {
    x = (x + y) >>> 0;
    const r = rotation[(round - 1) % 8];
    y = (((y << r) | (y >>> (32 - r))) ^ x) >>> 0;
    if (round % 4 === 0) {
      const s = round / 4;
      x = (x + keys[s % 3]) >>> 0;
      y = (y + keys[(s + 1) % 3] + s) >>> 0;
    }
  }
  return x;
}
