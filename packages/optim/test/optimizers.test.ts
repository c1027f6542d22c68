import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { Variable, mul, reference, setBackend, sub, sum, tensor } from "@minima/tensor";
import { Adam, AdamW, type Optimizer, SGD } from "../src/index.ts";

beforeEach(() => setBackend(reference()));

/** θ after each step on f(θ) = Σ cᵢ(θᵢ - 1)², gradients 2cᵢ(θᵢ - 1). */
const curvature = [1, 10];

async function descend(make: (w: Variable) => Optimizer<{ lr: number }>, steps: number): Promise<number[][]> {
  const w = new Variable(tensor([3, -2]), { requiresGrad: true, name: "w" });
  const optimizer = make(w);
  const path: number[][] = [];
  for (let i = 0; i < steps; i++) {
    const distance = sub(w, 1);
    optimizer.zeroGrad();
    sum(mul(tensor(curvature), mul(distance, distance))).backward();
    await optimizer.step();
    path.push([...(await w.data())]);
  }
  return path;
}

/** The same by the formulas, in plain numbers. */
function expected(update: (theta: number, g: number, t: number, i: number) => number, steps: number): number[][] {
  let theta = [3, -2];
  return Array.from({ length: steps }, (_, t) => {
    theta = theta.map((value, i) => update(value, 2 * curvature[i] * (value - 1), t + 1, i));
    return theta;
  });
}

const state = (): { v: number[]; s: number[]; top: number[] } => ({ v: [0, 0], s: [0, 0], top: [0, 0] });

describe("optimizers follow their formulas", () => {
  const lr = 0.02;
  const cases: [string, (w: Variable) => Optimizer<{ lr: number }>, () => Parameters<typeof expected>[0]][] = [
    ["SGD", (w) => new SGD([w], { lr }), () => (x, g) => x - lr * g],
    [
      "SGD with momentum, dampening and decay",
      (w) => new SGD([w], { lr, momentum: 0.9, dampening: 0.2, weightDecay: 0.1 }),
      () => {
        const { v } = state();
        return (x, g, t, i) => {
          const full = g + 0.1 * x;
          v[i] = t === 1 ? full : 0.9 * v[i] + 0.8 * full;
          return x - lr * v[i];
        };
      },
    ],
    [
      "SGD with Nesterov's momentum",
      (w) => new SGD([w], { lr, momentum: 0.9, nesterov: true }),
      () => {
        const { v } = state();
        return (x, g, _, i) => {
          v[i] = 0.9 * v[i] + g;
          return x - lr * (g + 0.9 * v[i]);
        };
      },
    ],
    [
      "Adam",
      (w) => new Adam([w], { lr, betas: [0.8, 0.95] }),
      () => {
        const { v, s } = state();
        return (x, g, t, i) => {
          v[i] = 0.8 * v[i] + 0.2 * g;
          s[i] = 0.95 * s[i] + 0.05 * g * g;
          return x - (lr * (v[i] / (1 - 0.8 ** t))) / (Math.sqrt(s[i] / (1 - 0.95 ** t)) + 1e-8);
        };
      },
    ],
    [
      "Adam with amsgrad and decay",
      (w) => new Adam([w], { lr, amsgrad: true, weightDecay: 0.1 }),
      () => {
        const { v, s, top } = state();
        return (x, g, t, i) => {
          const full = g + 0.1 * x;
          v[i] = 0.9 * v[i] + 0.1 * full;
          s[i] = 0.999 * s[i] + 0.001 * full * full;
          top[i] = Math.max(top[i], s[i]);
          return x - (lr * (v[i] / (1 - 0.9 ** t))) / (Math.sqrt(top[i] / (1 - 0.999 ** t)) + 1e-8);
        };
      },
    ],
    [
      "AdamW",
      (w) => new AdamW([w], { lr, weightDecay: 0.1 }),
      () => {
        const { v, s } = state();
        return (x, g, t, i) => {
          v[i] = 0.9 * v[i] + 0.1 * g;
          s[i] = 0.999 * s[i] + 0.001 * g * g;
          const decayed = x * (1 - lr * 0.1);
          return decayed - (lr * (v[i] / (1 - 0.9 ** t))) / (Math.sqrt(s[i] / (1 - 0.999 ** t)) + 1e-8);
        };
      },
    ],
  ];

  it.each(cases)("%s", async (_, make, formula) => {
    const got = await descend(make, 12);
    expected(formula(), 12).forEach((want, t) => {
      want.forEach((value, i) => expect(got[t][i], `step ${t + 1}`).toBeCloseTo(value, 4));
    });
  });
});

describe("Optimizer", () => {
  it("takes groups with options of their own", async () => {
    const [a, b] = [1, 1].map((value) => new Variable(tensor([value]), { requiresGrad: true }));
    const optimizer = new SGD([{ parameters: [a] }, { parameters: [b], lr: 0.5 }], { lr: 0.1 });
    sum(mul(a, b)).backward();
    await optimizer.step();
    expect(await a.item()).toBeCloseTo(0.9, 6);
    expect(await b.item()).toBeCloseTo(0.5, 6);
    optimizer.lr = 0.25;
    expect(optimizer.groups.map((group) => group.lr)).toEqual([0.25, 0.25]);
  });

  it("leaves variables without a gradient alone", async () => {
    const [used, unused] = [2, 3].map((value) => new Variable(tensor([value]), { requiresGrad: true }));
    const optimizer = new Adam([used, unused]);
    mul(used, used).backward();
    await optimizer.step();
    expect(await unused.item()).toBe(3);
    expect(await used.item()).toBeLessThan(2);
  });
});

describe("parameters of float16", () => {
  const optimizers: [string, (w: Variable) => Optimizer<{ lr: number }>][] = [
    ["SGD", (w) => new SGD([w], { lr: 0.01, weightDecay: 0.1 })],
    ["SGD with momentum", (w) => new SGD([w], { lr: 0.01, momentum: 0.9, dampening: 0.1 })],
    ["Adam", (w) => new Adam([w], { lr: 0.01, amsgrad: true })],
    ["AdamW", (w) => new AdamW([w], { lr: 0.01 })],
  ];

  it.each(optimizers)("are rounded once a step by %s, whose own state is float32", async (_, make) => {
    const paths = await Promise.all(
      (["float16", "float32"] as const).map(async (dtype) => {
        const w = new Variable(tensor([3, -2], { dtype }), { requiresGrad: true });
        const optimizer = make(w);
        sum(mul(tensor([2, -4], { dtype }), w)).backward();
        await optimizer.step();
        const [, ...slots] = optimizer.variables();
        expect(w.dtype).toBe(dtype);
        expect(slots.map((slot) => slot.dtype)).toEqual(slots.map(() => "float32"));
        return w.data();
      }),
    );
    expect(paths[0]).toEqual(await tensor(paths[1], { dtype: "float16" }).data());
  });
});
