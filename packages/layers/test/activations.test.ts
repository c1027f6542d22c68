import { checkGradients } from "@minima/autograd";
import { type Tensor, reference, setBackend, sum, tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import * as A from "../src/activations/index.ts";

setBackend(reference());

const of = (data: readonly number[], shape: readonly number[] = [data.length], requiresGrad = false): Tensor =>
  tensor(Float32Array.from(data), { shape, requiresGrad });

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const expMinus = (x: number, alpha: number): number => alpha * Math.expm1(x);
const inside = (x: number, low: number, high: number): number => Number(x > low && x < high);
const limit = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
/** erf by Simpson's rule. */
const erf = (x: number): number => {
  const n = 2000;
  const h = Math.min(Math.abs(x), 6) / n;
  let total = 0;
  for (let i = 0; i <= n; i++) total += Math.exp(-((i * h) ** 2)) * (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2);
  return (Math.sign(x) * total * h * 2) / (3 * Math.sqrt(Math.PI));
};
const cdf = (x: number): number => 0.5 * (1 + erf(x / Math.SQRT2));
const pdf = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const inner = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const innerSlope = (x: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];

interface Case {
  readonly name: string;
  readonly f: (x: Tensor) => Tensor;
  readonly value: (x: number) => number;
  /** With the side that PyTorch takes at kinks. */
  readonly slope: (x: number) => number;
  readonly kinks?: readonly number[];
}

const cases: readonly Case[] = [
  { name: "silu", f: A.silu, value: (x) => x * logistic(x), slope: (x) => logistic(x) * (1 + x * logistic(-x)) },
  {
    name: "mish",
    f: A.mish,
    value: (x) => x * Math.tanh(softplus(x)),
    slope: (x) => Math.tanh(softplus(x)) + x * (1 - Math.tanh(softplus(x)) ** 2) * logistic(x),
  },
  { name: "logsigmoid", f: A.logsigmoid, value: (x) => -softplus(-x), slope: (x) => logistic(-x) },
  {
    name: "softplus",
    f: A.softplus,
    value: (x) => (x > 20 ? x : softplus(x)),
    slope: (x) => (x > 20 ? 1 : logistic(x)),
  },
  {
    name: "softplus beta 2, threshold 3",
    f: (x) => A.softplus(x, { beta: 2, threshold: 3 }),
    value: (x) => (2 * x > 3 ? x : softplus(2 * x) / 2),
    slope: (x) => (2 * x > 3 ? 1 : logistic(2 * x)),
    kinks: [1.5],
  },
  { name: "gelu", f: A.gelu, value: (x) => x * cdf(x), slope: (x) => cdf(x) + x * pdf(x) },
  {
    name: "gelu by tanh",
    f: (x) => A.gelu(x, { approximate: "tanh" }),
    value: (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
    slope: (x) => 0.5 * (1 + Math.tanh(inner(x))) + 0.5 * x * (1 - Math.tanh(inner(x)) ** 2) * innerSlope(x),
  },
  {
    name: "elu",
    f: A.elu,
    value: (x) => (x > 0 ? x : expMinus(x, 1)),
    slope: (x) => (x > 0 ? 1 : Math.exp(x)),
    kinks: [0],
  },
  {
    name: "elu alpha 0.3",
    f: (x) => A.elu(x, { alpha: 0.3 }),
    value: (x) => (x > 0 ? x : expMinus(x, 0.3)),
    slope: (x) => (x > 0 ? 1 : 0.3 * Math.exp(x)),
    kinks: [0],
  },
  {
    name: "celu alpha 2",
    f: (x) => A.celu(x, { alpha: 2 }),
    value: (x) => (x > 0 ? x : expMinus(x / 2, 2)),
    slope: (x) => (x > 0 ? 1 : Math.exp(x / 2)),
    kinks: [0],
  },
  {
    name: "selu",
    f: A.selu,
    value: (x) => seluScale * (x > 0 ? x : expMinus(x, seluAlpha)),
    slope: (x) => seluScale * (x > 0 ? 1 : seluAlpha * Math.exp(x)),
    kinks: [0],
  },
  { name: "relu6", f: A.relu6, value: (x) => limit(x, 0, 6), slope: (x) => inside(x, 0, 6), kinks: [0, 6] },
  { name: "hardtanh", f: A.hardtanh, value: (x) => limit(x, -1, 1), slope: (x) => inside(x, -1, 1), kinks: [-1, 1] },
  {
    name: "hardtanh from -2 to 0.5",
    f: (x) => A.hardtanh(x, { minVal: -2, maxVal: 0.5 }),
    value: (x) => limit(x, -2, 0.5),
    slope: (x) => inside(x, -2, 0.5),
    kinks: [-2, 0.5],
  },
  {
    name: "hardsigmoid",
    f: A.hardsigmoid,
    value: (x) => limit(x + 3, 0, 6) / 6,
    slope: (x) => inside(x, -3, 3) / 6,
    kinks: [-3, 3],
  },
  {
    name: "hardswish",
    f: A.hardswish,
    value: (x) => (x * limit(x + 3, 0, 6)) / 6,
    slope: (x) => (x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5),
    kinks: [-3, 3],
  },
  {
    name: "softsign",
    f: A.softsign,
    value: (x) => x / (1 + Math.abs(x)),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
    kinks: [0],
  },
  {
    name: "leakyRelu",
    f: A.leakyRelu,
    value: (x) => (x > 0 ? x : 0.01 * x),
    slope: (x) => (x > 0 ? 1 : 0.01),
    kinks: [0],
  },
  {
    name: "leakyRelu 0.2",
    f: (x) => A.leakyRelu(x, { negativeSlope: 0.2 }),
    value: (x) => (x > 0 ? x : 0.2 * x),
    slope: (x) => (x > 0 ? 1 : 0.2),
    kinks: [0],
  },
  { name: "tanhshrink", f: A.tanhshrink, value: (x) => x - Math.tanh(x), slope: (x) => Math.tanh(x) ** 2 },
  {
    name: "softshrink",
    f: A.softshrink,
    value: (x) => x - limit(x, -0.5, 0.5),
    slope: (x) => Number(Math.abs(x) > 0.5),
    kinks: [-0.5, 0.5],
  },
  {
    name: "hardshrink 1.5",
    f: (x) => A.hardshrink(x, { lambda: 1.5 }),
    value: (x) => (Math.abs(x) > 1.5 ? x : 0),
    slope: (x) => Number(Math.abs(x) > 1.5),
    kinks: [-1.5, 1.5],
  },
  {
    name: "threshold",
    f: (x) => A.threshold(x, 0.5, -2),
    value: (x) => (x > 0.5 ? x : -2),
    slope: (x) => Number(x > 0.5),
    kinks: [0.5],
  },
];

/** Far from 0, where powers and exponentials overflow or vanish in float32. */
const far = [-1e4, -200, -88, -20, 20, 88, 200, 1e4];
const near = [-4.3, -2.7, -1.2, -0.7, -0.31, -0.02, 0.03, 0.4, 0.9, 1.3, 2.2, 3.7, 5.1];

describe("activations", () => {
  it.each(cases)("$name: values and slopes, far out and at its kinks too", async ({ f, value, slope, kinks = [] }) => {
    const points = Array.from(Float32Array.from([...far, ...near, 0, -0, ...kinks]));
    const x = of(points, undefined, true);
    const y = f(x);
    sum(y).backward();
    const [values, slopes] = [await y.data(), (await x.grad?.data()) ?? new Float32Array(points.length)];
    points.forEach((point, i) => {
      const tolerance = (want: number): number => 1e-6 + 1e-5 * Math.abs(want);
      expect(Math.abs(values[i] - value(point)), `at ${point}: ${values[i]}`).toBeLessThan(tolerance(value(point)));
      expect(Math.abs(slopes[i] - slope(point)), `slope at ${point}: ${slopes[i]}`).toBeLessThan(
        tolerance(slope(point)),
      );
    });
  });

  it.each(cases)("$name: first and second derivative against differences", ({ f }) => {
    const result = checkGradients(f, [{ data: near, shape: [near.length] }], { second: true });
    expect(result.worst, JSON.stringify(result)).toBeLessThan(1e-6);
  });

  it.each(cases)("$name: NaN stays, and integers are taken", async ({ f }) => {
    expect(await f(of([NaN])).item()).toBeNaN();
    const integers = f(tensor(Int32Array.of(-2, 0, 3)));
    const numbers = f(of([-2, 0, 3]));
    expect(Array.from(await integers.data())).toEqual(Array.from(await numbers.data()));
  });
});

describe("activations with more than one input or an axis", () => {
  it("prelu with one slope, and with one a channel", async () => {
    const x = of([-1, 2, -3, 4, -5, 0], [1, 3, 2]);
    expect(Array.from(await A.prelu(x, of([0.5])).data())).toEqual([-0.5, 2, -1.5, 4, -2.5, 0]);
    expect(Array.from(await A.prelu(x, of([1, 2, 3])).data())).toEqual([-1, 2, -6, 4, -15, 0]);
  });

  it("prelu at 0 has the slope of the weight, and none by the weight", async () => {
    const [x, w] = [of([0, Infinity], undefined, true), of([0.25], undefined, true)];
    sum(A.prelu(x, w)).backward();
    expect(Array.from((await x.grad?.data()) ?? [])).toEqual([0.25, 1]);
    expect(await w.grad?.item()).toBe(0);
  });

  it("glu gates one half by the other", async () => {
    const x = of([1, 2, 3, 4, 0, 100, -100, 0], [2, 4]);
    const want = [logistic(3), 2 * logistic(4), 0, 50];
    (await A.glu(x).data()).forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
    (await A.glu(x, 0).data()).forEach((value, i) => {
      expect(value).toBeCloseTo([0.5, 2, 0, 2][i], 5);
    });
  });

  it("softmin gives the smallest the largest share", async () => {
    const shares = await A.softmin(of([1, 2, 3])).data();
    const total = Math.exp(-1) + Math.exp(-2) + Math.exp(-3);
    shares.forEach((value, i) => expect(value).toBeCloseTo(Math.exp(-1 - i) / total, 5));
  });

  it.each([
    { name: "prelu", f: (x: Tensor, w: Tensor) => A.prelu(x, w), shapes: [[2, 3, 2], [3]] },
    { name: "glu", f: (x: Tensor) => A.glu(x, 1), shapes: [[2, 4]] },
    { name: "softmin", f: (x: Tensor) => A.softmin(x, 0), shapes: [[3, 2]] },
  ])("$name against differences", ({ f, shapes }) => {
    const inputs = shapes.map((shape, input) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { shape, data: Array.from({ length: size }, (_, i) => Math.sin(2.7 * i + 1.1 + 3.3 * input)) };
    });
    const result = checkGradients(f as (...inputs: Tensor[]) => Tensor, inputs, { second: true });
    expect(result.worst, JSON.stringify(result)).toBeLessThan(1e-6);
  });

  it.each([
    { f: () => A.glu(of([1, 2, 3])), message: /glu: axis -1 of \[3\] must exist and have an even extent/ },
    {
      f: () => A.prelu(of([1, 2], [1, 2]), of([1, 2, 3])),
      message: /prelu: weight \[3\] must be \[1\], or \[2\] for the channels/,
    },
    { f: () => A.celu(of([1]), { alpha: 0 }), message: /alpha must not be 0/ },
    { f: () => A.hardtanh(of([1]), { minVal: 2 }), message: /minVal 2 lies above maxVal 1/ },
    { f: () => A.softshrink(of([1]), { lambda: -1 }), message: /softshrink: lambda -1 must be at least 0/ },
    { f: () => A.softplus(of([1]), { beta: 0 }), message: /beta must not be 0/ },
    { f: () => A.gelu(of([1]), { approximate: "erf" as "none" }), message: /"erf" is neither "none" nor "tanh"/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
