import type { BinaryInstruction, Instruction, UnaryInstruction } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { erf } from "./loop-interpreter.ts";
import { runLoop, type SlotArray } from "./loop-runner.ts";
import { seeded } from "./seeded.ts";
import { constant, elementwise, load, phase, store } from "./loop-steps.ts";

function applyUnary(op: UnaryInstruction, x: Float32Array): Float32Array {
  const step = elementwise([x.length], [load(0, [1]), { op, dtype: "float32", a: 0 }], [store(1, [1], 1)]);
  return runLoop(
    step,
    new Map([
      [0, x],
      [1, new Float32Array(x.length)],
    ]),
  ).get(1) as Float32Array;
}

function applyBinary(op: BinaryInstruction, x: Float32Array, y: Float32Array): Float32Array {
  const instructions = [load(0, [1]), load(1, [1]), { op, dtype: "float32", a: 0, b: 1 } as const];
  const step = elementwise([x.length], instructions, [store(2, [1], 2)]);
  const slots = new Map<number, SlotArray>([
    [0, x],
    [1, y],
    [2, new Float32Array(x.length)],
  ]);
  return runLoop(step, slots).get(2) as Float32Array;
}

/** Distance from one float32 to the next at the size of `x`. */
function ulpAt(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}

/** The error of `actual` in units in the last place of the exact value; infinite where exactly one of them is not finite. */
function errorInUlp(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (!Number.isFinite(rounded) || !Number.isFinite(actual) || rounded === 0) {
    if (Object.is(actual, rounded)) return 0;
    // Overflow and underflow may set in one step early or late.
    if (Number.isNaN(actual) || Number.isNaN(exact) || !Number.isFinite(exact)) return Infinity;
    const limited = Math.sign(actual) * Math.min(Math.abs(actual), 2 ** 128);
    return Math.abs(limited - exact) / ulpAt(exact === 0 ? 2 ** -126 : exact);
  }
  return Math.abs(actual - exact) / ulpAt(exact);
}

interface Worst {
  readonly error: number;
  readonly at: number;
}

function worst(x: Float32Array, actual: Float32Array, exact: (x: number) => number): Worst {
  let found: Worst = { error: 0, at: NaN };
  x.forEach((value, i) => {
    const error = errorInUlp(actual[i], exact(value));
    if (!(error <= found.error)) found = { error, at: value };
  });
  return found;
}

/** Floats of all magnitudes and both signs: every so many bit patterns, NaN and ±∞ among them. */
function allMagnitudes(step: number): Float32Array {
  const bits = Uint32Array.from({ length: Math.ceil(2 ** 32 / step) }, (_, i) => i * step);
  return new Float32Array(bits.buffer);
}

function spaced(from: number, to: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

const special = Float32Array.of(
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  3.4028234663852886e38,
);

describe("functions of one vector", () => {
  const cases: [UnaryInstruction, (x: number) => number, number, [number, number][]][] = [
    [
      "exp",
      Math.exp,
      1.03,
      [
        [-104, 89],
        [-1, 1],
      ],
    ],
    [
      "log",
      Math.log,
      0.92,
      [
        [0.5, 2],
        [0, 1e-38],
      ],
    ],
    [
      "tanh",
      Math.tanh,
      1.07,
      [
        [-10, 10],
        [0.5, 1],
      ],
    ],
    [
      "erf",
      erf,
      1.52,
      [
        [-4.5, 4.5],
        [0.7, 1.2],
      ],
    ],
    [
      "sin",
      Math.sin,
      1.58,
      [
        [-10, 10],
        [-1e5, 1e5],
        [1e6, 1e8],
      ],
    ],
    [
      "cos",
      Math.cos,
      1.58,
      [
        [-10, 10],
        [-1e5, 1e5],
        [1e6, 1e8],
      ],
    ],
    ["atan", Math.atan, 1.7, [[-3, 3]]],
    ["sqrt", Math.sqrt, 0.5, [[0, 4]]],
    ["floor", Math.floor, 0, [[-10, 10]]],
  ];
  it.each(cases)("%s keeps its bound over all magnitudes and where it changes most", (op, exact, bound, ranges) => {
    for (const x of [special, allMagnitudes(4093), ...ranges.map(([from, to]) => spaced(from, to, 300_001))]) {
      const found = worst(x, applyUnary(op, x), exact);
      expect(found.error, `${op} of ${found.at}`).toBeLessThanOrEqual(bound);
    }
  });
});

it("exp keeps its bound below a maximum, where it is computed in another way", () => {
  const instructions: Instruction[] = [
    load(0, [2, 1]),
    { op: "reduced", id: 0, dtype: "float32" },
    { op: "sub", dtype: "float32", a: 0, b: 1 },
    { op: "exp", dtype: "float32", a: 2 },
  ];
  const phases = [
    phase(true, { reductions: [{ id: 0, kind: "max", value: 0, dtype: "float32" }] }),
    phase(true, { stores: [store(1, [2, 1], 3)] }),
  ];
  for (const values of [special, allMagnitudes(4093), spaced(-105, 0, 300_001), spaced(-1, 0, 100_001)]) {
    const pairs = Float32Array.from({ length: 2 * values.length }, (_, i) => (i % 2 === 0 ? 0 : values[(i - 1) / 2]));
    const step = { kind: "loop", outer: [values.length], inner: [2], instructions, phases } as const;
    const slots = new Map<number, SlotArray>([
      [0, pairs],
      [1, new Float32Array(pairs.length)],
    ]);
    const actual = runLoop(step, slots).get(1) as Float32Array;
    const distances = pairs.map((value, i) => value - Math.max(pairs[i - (i % 2)], pairs[i - (i % 2) + 1]));
    const found = worst(distances, actual, Math.exp);
    expect(found.error, `exp of ${found.at}`).toBeLessThanOrEqual(1.03);
  }
});

describe("pow", () => {
  const exact = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

  it("has the special cases of C's pow", () => {
    const values = [
      0,
      -0,
      1,
      -1,
      2,
      -2,
      0.5,
      -0.5,
      3,
      -3,
      1.5,
      2 ** 24,
      -(2 ** 24),
      1e30,
      -1e30,
      2 ** -140,
      Infinity,
      -Infinity,
      NaN,
    ];
    const pairs = values.flatMap((x) => values.map((y) => [x, y]));
    const [x, y] = [0, 1].map((side) => Float32Array.from(pairs, (pair) => pair[side]));
    applyBinary("pow", x, y).forEach((value, i) => {
      const expected = exact(x[i], y[i]);
      expect(errorInUlp(value, expected), `${x[i]} ** ${y[i]} = ${value}, expected ${expected}`).toBeLessThanOrEqual(1);
    });
  });

  it("is within 1 ulp for random operands", () => {
    const random = seeded(3);
    const n = 300_000;
    const x = Float32Array.from({ length: n }, () => Math.exp(random() * 40 - 20) * (random() < 0.1 ? -1 : 1));
    const y = Float32Array.from(x, (each) => (each < 0 ? Math.round(random() * 20 - 10) : random() * 16 - 8));
    // Near 1 the logarithm is small and the exponent may be large.
    x.subarray(0, n / 3).forEach((_, i) => {
      x[i] = 1 + (random() - 0.5) * 0.01;
      y[i] = (random() - 0.5) * 16_000;
    });
    const result = applyBinary("pow", x, y);
    let [error, at] = [0, 0];
    result.forEach((value, i) => {
      const own = errorInUlp(value, x[i] ** y[i]);
      if (own > error) [error, at] = [own, i];
    });
    expect(error, `${x[at]} ** ${y[at]}`).toBeLessThanOrEqual(1);
  });

  it("of exponent 2 is the exact square, alone or among others", () => {
    const random = seeded(4);
    const x = Float32Array.from({ length: 101 }, () => random() * 6 - 3);
    const squares = x.map((each) => each * each);
    expect(applyBinary("pow", x, new Float32Array(101).fill(2))).toEqual(squares);
    const mixed = applyBinary(
      "pow",
      x,
      x.map((_, i) => (i % 3 === 0 ? 3 : 2)),
    );
    mixed.forEach((value, i) => i % 3 !== 0 && expect(value).toBe(squares[i]));
  });
});

describe("mod", () => {
  /** a - b · ⌊a / b⌋ of the float32 values, rounded once. */
  const exact = (a: number, b: number): number => {
    const rest = a % b;
    return Math.fround(rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest);
  };

  it("is exact for random operands of all magnitudes", () => {
    const random = seeded(5);
    const any = (): number => (random() - 0.5) * 2 ** Math.floor(random() * 250 - 125);
    const close = (): number => (random() - 0.5) * 100;
    for (const [left, right] of [
      [any, any],
      [close, close],
      [any, close],
    ]) {
      const [a, b] = [left, right].map((next) => Float32Array.from({ length: 20_001 }, next));
      expect(applyBinary("mod", a, b)).toEqual(a.map((each, i) => exact(each, b[i])));
    }
  });

  it("has the sign of the divisor, and NaN where there is no remainder", () => {
    const cases = [
      [7, 3, 1],
      [-7, 3, 2],
      [7, -3, -2],
      [-7, -3, -1],
      [6, 3, 0],
      [5, Infinity, 5],
      [-5, Infinity, Infinity],
      [0, 5, 0],
      [1, 0, NaN],
      [Infinity, 3, NaN],
      [NaN, 3, NaN],
      [3, NaN, NaN],
    ];
    const [a, b, expected] = [0, 1, 2].map((column) => Float32Array.from(cases, (row) => row[column]));
    expect(applyBinary("mod", a, b)).toEqual(expected);
  });
});

describe("max and min", () => {
  it.each(["max", "min"] as const)("%s is NaN if one operand is", (op) => {
    const a = Float32Array.of(1, 2, NaN, 3, -Infinity, NaN, 0.5);
    const b = Float32Array.of(2, 1, 3, NaN, Infinity, NaN, 0.5);
    expect(applyBinary(op, a, b)).toEqual(a.map((each, i) => Math[op](each, b[i])));
    // Constants take another way.
    for (const [left, right] of [
      [0, 1],
      [1, 0],
    ]) {
      const step = elementwise(
        [7],
        [load(0, [1]), constant(0), { op, dtype: "float32", a: left, b: right }],
        [store(1, [1], 2)],
      );
      const result = runLoop(
        step,
        new Map([
          [0, a],
          [1, new Float32Array(7)],
        ]),
      ).get(1);
      expect(result).toEqual(a.map((each) => Math[op](each, 0)));
    }
  });
});
