import { describe, expect, it } from "vitest";
import { delinearize, linearize, range, variable } from "../src/planner/affine.ts";
import { collapseLoops } from "../src/planner/collapse.ts";
import { planGraph } from "../src/planner/planner.ts";
import type { Plan } from "../src/planner/plan.ts";
import { collect, toGraph } from "../src/runtime/collect.ts";
import * as T from "../src/index.ts";
import type { BackendProfile, LoopStep, Step, Tensor } from "../src/index.ts";

const profile: BackendProfile = {
  maxSlotsPerStep: 64,
  synchronous: true,
  anchors: { matmul: { epilogue: true, stridedResult: true }, conv: { epilogue: true } },
};

function planOf(...tensors: Tensor[]): Plan {
  return planGraph(toGraph(collect(tensors.map((t) => t.node))), profile);
}

const kinds = (plan: Plan): string[] => plan.steps.map((step) => step.kind);
const loop = (step: Step): LoopStep => {
  if (step.kind !== "loop") throw new Error(`expected a loop, got ${step.kind}`);
  return step;
};
const input = (...shape: number[]): Tensor => T.tensor(new Float32Array(T.sizeOf(shape)), { shape });

describe("fusion", () => {
  it("makes one loop of a chain of element-wise operations, and merges its axes", () => {
    const [a, b, c] = [input(10, 20), input(10, 20), input(10, 20)];
    const plan = planOf(T.relu(T.add(T.mul(a, b), c)));
    expect(kinds(plan)).toEqual(["loop"]);
    expect(loop(plan.steps[0]).outer).toEqual([200]);
    expect(plan.slots.map((slot) => slot.kind).sort()).toEqual(["leaf", "leaf", "leaf", "output"]);
  });

  it("folds axes side by side as one, whatever else a kernel reads", () => {
    const [x, row] = [input(8, 6, 5), input(5)];
    const alone = loop(planOf(T.sum(x, { axis: [1, 2] })).steps[0]);
    expect([alone.outer, alone.inner, alone.foldsRows]).toEqual([[8], [30], true]);
    // The row would keep the two axes apart, and the sum would be another one in its last bits.
    const [product, sum] = planOf(T.sum(T.mul(x, row), { axis: [1, 2] })).steps.map(loop);
    expect(product.inner).toEqual([]);
    expect([sum.outer, sum.inner, sum.foldsRows]).toEqual([[8], [30], true]);
    // An extreme is the same in any order.
    expect(kinds(planOf(T.max(T.mul(x, row))))).toEqual(["loop"]);
  });

  it("keeps sums along rows and along columns apart", () => {
    const [a, b] = [input(64, 64), input(64, 64)];
    expect(loop(planOf(T.sum(a, { axis: 0 })).steps[0]).foldsRows).toBeUndefined();
    const plan = planOf(T.add(T.sum(a, { axis: 0 }), T.sum(b, { axis: 1 })));
    expect(plan.steps.map((step) => loop(step).foldsRows).sort()).toEqual([true, undefined]);
  });

  it("makes one step of max pooling whose indices nobody wants", () => {
    const x = input(2, 3, 8, 8);
    expect(kinds(planOf(T.maxPool2d(x, 2)))).toEqual(["maxPool"]);
    expect(kinds(planOf(T.relu(T.maxPool1d(input(2, 3, 8), 2))))).toEqual(["maxPool", "loop"]);
    const { values, indices } = T.maxPool2dWithIndices(x, 2);
    expect(kinds(planOf(values, indices)).sort()).toEqual(["gather", "poolIndex"]);
  });

  it("folds views into strides", () => {
    const x = input(4, 6);
    const plan = planOf(T.add(T.flip(T.transpose(x), 0), T.expand(input(4), [6, 4])));
    expect(kinds(plan)).toEqual(["loop"]);
    const loads = loop(plan.steps[0]).instructions.filter((i) => i.op === "load");
    expect(loads.map(({ offset, strides }) => [offset, strides])).toEqual([
      [5, [-1, 6]],
      [0, [0, 1]],
    ]);
  });

  it.each([
    ["softmax", (x: Tensor) => T.softmax(x)],
    ["log softmax", (x: Tensor) => T.logSoftmax(x)],
    [
      "centring and scaling of rows",
      (x: Tensor) => {
        const centred = T.sub(x, T.mean(x, { axis: 1, keepDims: true }));
        return T.div(centred, T.sqrt(T.add(T.mean(T.square(centred), { axis: 1, keepDims: true }), 1e-5)));
      },
    ],
  ])("makes one kernel over rows of %s", (_, f) => {
    const plan = planOf(f(input(32, 100)));
    expect(kinds(plan)).toEqual(["loop"]);
    const step = loop(plan.steps[0]);
    expect([step.outer, step.inner]).toEqual([[32], [100]]);
    expect(step.phases.filter((phase) => phase.reductions.length > 0)).toHaveLength(2);
  });

  it("puts work before and after a reduction into its kernel", () => {
    const plan = planOf(T.sqrt(T.sum(T.square(input(30, 40)), { axis: 0 })));
    expect(kinds(plan)).toEqual(["loop"]);
    expect([loop(plan.steps[0]).outer, loop(plan.steps[0]).inner]).toEqual([[40], [30]]);
  });

  it("gives one kernel several outputs", () => {
    const [m, v, p, g] = [input(50), input(50), input(50), input(50)];
    const mean = T.add(T.mul(m, 0.9), T.mul(g, 0.1));
    const square = T.add(T.mul(v, 0.99), T.mul(T.mul(g, g), 0.01));
    const plan = planOf(mean, square, T.sub(p, T.div(mean, T.add(T.sqrt(square), 1e-8))));
    expect(kinds(plan)).toEqual(["loop"]);
    expect(loop(plan.steps[0]).phases[0].stores).toHaveLength(3);
  });

  /** What an optimizer makes of a gradient: three results of one shape. */
  function update(g: Tensor): Tensor[] {
    const [m, v, p] = [input(...g.shape), input(...g.shape), input(...g.shape)];
    const mean = T.add(T.mul(m, 0.9), T.mul(g, 0.1));
    const square = T.add(T.mul(v, 0.99), T.mul(T.mul(g, g), 0.01));
    return [mean, square, T.sub(p, T.div(mean, T.add(T.sqrt(square), 1e-8)))];
  }

  it("updates a weight in the epilogue of its gradient's product, which is not stored", () => {
    const plan = planOf(...update(T.matmul(T.transpose(input(32, 7)), input(32, 5))));
    expect(kinds(plan)).toEqual(["matmul"]);
    const [step] = plan.steps;
    expect(step.kind === "matmul" && step.epilogue?.phases[0].stores).toHaveLength(3);
    expect(plan.slots.map(({ kind }) => kind).sort()).toEqual([
      ...["leaf", "leaf", "leaf", "leaf", "leaf", "output", "output", "output"],
    ]);
  });

  it("updates a bias behind the sum that is its gradient, which is not stored", () => {
    const plan = planOf(...update(T.sum(input(32, 5), { axis: 0 })));
    expect(kinds(plan)).toEqual(["loop"]);
    expect([loop(plan.steps[0]).outer, loop(plan.steps[0]).inner]).toEqual([[5], [32]]);
    expect(plan.slots.filter(({ kind }) => kind === "temporary")).toEqual([]);
  });

  it("stores what another kernel reads as well", () => {
    const gradient = T.sum(input(32, 5), { axis: 0 });
    const plan = planOf(...update(gradient), T.matmul(T.reshape(gradient, [1, 5]), input(5, 3)));
    expect(kinds(plan)).toEqual(["loop", "matmul"]);
    expect(plan.slots.filter(({ kind }) => kind === "temporary")).toHaveLength(1);
  });

  it("computes equal values once, but not those of different numbers or data", () => {
    const [x, y] = [input(40, 30), input(30, 20)];
    expect(kinds(planOf(T.neg(T.matmul(x, y)), T.exp(T.matmul(x, y))))).toEqual(["matmul"]);
    expect(kinds(planOf(T.matmul(x, y), T.matmul(x, input(30, 20))))).toEqual(["matmul", "matmul"]);
    expect(planOf(T.mul(x, 2), T.mul(x, 2)).scalars).toHaveLength(2);
  });

  it("writes the parts of a join of joins in the kernel that makes them", () => {
    const x = input(64, 64);
    const rows = T.concat([T.tanh(x), T.exp(x)], 1);
    const plan = planOf(rows, T.concat([input(64, 128), rows], 0));
    const stores = plan.steps.map((step) => loop(step).phases[0].stores.length);
    expect(stores.sort()).toEqual([1, 4]);
  });

  it("reads transposed and sliced operands of a product where they lie", () => {
    const plan = planOf(T.matmul(T.transpose(input(7, 5)), T.slice(input(9, 8), [[1, 8], null])));
    expect(kinds(plan)).toEqual(["matmul"]);
    expect(plan.steps[0]).toMatchObject({
      m: 5, n: 8, k: 7, a: { rowStride: 1, columnStride: 5 }, b: { offset: 8, rowStride: 8, columnStride: 1 },
    }); // prettier-ignore
  });

  it("reads what was reshaped, however often, from where it lies", () => {
    const pooled = T.maxPool2d(input(2, 3, 8, 8), 2);
    expect(kinds(planOf(T.matmul(T.reshape(pooled, [2, 48]), input(48, 5))))).toEqual(["maxPool", "matmul"]);
    const image = T.exp(input(2, 3, 4, 4));
    const plan = planOf(T.conv2d(image, input(5, 3, 3, 3)), T.matmul(T.reshape(image, [2, 48]), input(48, 5)));
    expect(kinds(plan).sort()).toEqual(["conv", "loop", "matmul"]);
  });

  /** Rows are centred and scaled; what a gradient would need of that is asked for as well. */
  const normalized = (x: Tensor, axis: number): Tensor[] => {
    const centred = T.sub(x, T.mean(x, { axis, keepDims: true }));
    const deviation = T.sqrt(T.add(T.mean(T.square(centred), { axis, keepDims: true }), 1e-5));
    return [deviation, centred, T.relu(T.div(centred, deviation))];
  };

  it("works along rows in the kernel that folds them", () => {
    const plan = planOf(...normalized(input(4, 32, 100), 2));
    expect(kinds(plan)).toEqual(["loop"]);
    const step = loop(plan.steps[0]);
    expect([step.outer, step.inner]).toEqual([[128], [100]]);
    expect(step.phases.flatMap(({ inner, stores }) => stores.map(() => inner))).toEqual([false, true, true]);
  });

  it("works along rows that are folded behind it as well", () => {
    const sum = T.add(input(128, 64), input(128, 64));
    expect(kinds(planOf(sum, T.softmax(sum)))).toEqual(["loop"]);
  });

  it.each([
    ["columns", () => normalized(input(128, 64), 0)],
    ["rows so short that they fill no vectors", () => normalized(input(128, 10), 1)],
    ["rows so few that most threads would wait", () => normalized(input(8, 4096), 1)],
  ])("works element by element along %s", (_, build) => {
    expect(planOf(...build()).steps.length).toBeGreaterThan(1);
  });

  it("lets a product take bias and activation as its epilogue", () => {
    const plan = planOf(T.relu(T.add(T.matmul(input(8, 4), input(4, 6)), input(6))));
    expect(kinds(plan)).toEqual(["matmul"]);
    const [step] = plan.steps;
    expect(step.kind === "matmul" && step.epilogue?.instructions.map((i) => i.op)).toEqual([
      "load",
      "load",
      "add",
      "scalar",
      "max",
    ]);
  });

  it("keeps a product apart that is read twice, or asked for", () => {
    const product = T.matmul(input(8, 4), input(4, 6));
    expect(kinds(planOf(T.relu(product), product))).toEqual(["matmul", "loop"]);
    expect(kinds(planOf(T.softmax(product)))).toEqual(["matmul", "loop"]);
  });

  it("computes cheap values again rather than storing them, and stores dear ones", () => {
    const x = input(1000);
    const cheap = T.add(x, 1);
    expect(
      planOf(T.sum(cheap), T.matmul(T.reshape(T.mul(cheap, 2), [1, 1000]), input(1000, 3))).slots.filter(
        (s) => s.kind === "temporary",
      ),
    ).toHaveLength(1);
    const dear = T.exp(T.tanh(x));
    const plan = planOf(T.sum(dear), T.amax(T.mul(dear, x)));
    const computed = plan.steps.flatMap((step) => loop(step).instructions.filter((i) => i.op === "exp"));
    expect(computed).toHaveLength(1);
  });

  it("gives a reshape that is no affine function a copy, and only that", () => {
    const plan = planOf(T.exp(T.reshape(T.transpose(input(4, 6)), [3, 8])));
    expect(kinds(plan)).toEqual(["loop", "loop"]);
    expect(kinds(planOf(T.exp(T.reshape(T.transpose(input(4, 6), 0, 1), [2, 3, 4]))))).toEqual(["loop"]);
  });

  it("cuts expressions that are too long for one kernel", () => {
    let x = input(10);
    for (let i = 0; i < 1000; i++) x = T.sin(x);
    const plan = planOf(x);
    expect(plan.steps.length).toBeGreaterThan(5);
    expect(plan.steps.length).toBeLessThan(20);
  });
});

describe("memory", () => {
  it("is shared by values whose lifetimes do not meet", () => {
    let x = input(64, 64);
    for (let i = 0; i < 20; i++) x = T.matmul(x, x);
    const temporaries = planOf(x).slots.filter((slot) => slot.kind === "temporary");
    expect(temporaries).toHaveLength(2);
  });

  it("is never read and written by one step through one slot, but by epilogues in place", () => {
    const x = input(16, 16);
    const h = T.softmax(T.matmul(T.transpose(T.exp(x)), T.matmul(x, x)));
    for (const step of planOf(T.matmul(h, x), T.sum(h, { axis: 0 })).steps) {
      if (step.kind !== "loop") continue;
      const stores = step.phases.flatMap((phase) => phase.stores.map(({ slot }) => slot));
      for (const i of step.instructions) if (i.op === "load") expect(stores).not.toContain(i.slot);
    }
  });
});

describe("plans", () => {
  it("depend on structure alone: numbers and data are bound later", () => {
    const f = (factor: number, fill: number): Plan => planOf(T.mul(T.tensor(new Float32Array(8).fill(fill)), factor));
    expect(f(2, 1)).toEqual(f(3, 5));
    expect(f(2, 1).scalars).toHaveLength(1);
  });
});

describe("affine index arithmetic", () => {
  it("splits what it merged", () => {
    const extents = [2, 3, 4];
    const index = extents.map((_, loop) => variable(loop, 3));
    const linear = linearize(index, extents, 3);
    expect(linear).toEqual({ offset: 0, strides: [12, 4, 1] });
    expect(delinearize(linear, [2, 3, 4], extents)).toEqual(index);
    expect(delinearize(linear, [6, 4], extents)).toEqual([
      { offset: 0, strides: [3, 1, 0] },
      { offset: 0, strides: [0, 0, 1] },
    ]);
    expect(delinearize({ offset: 0, strides: [1, 2] }, [4], [2, 2])).not.toBeNull();
    expect(delinearize({ offset: 0, strides: [1] }, [3, 4], [12])).toBeNull();
    expect(range({ offset: 5, strides: [-2, 3] }, [3, 2])).toEqual([1, 8]);
  });

  it("merges loops only where every access steps evenly over both", () => {
    const step = (strides: number[]): LoopStep => ({
      kind: "loop",
      outer: [4, 5],
      inner: [],
      instructions: [{ op: "load", slot: 0, dtype: "float32", offset: 0, strides }],
      phases: [
        { inner: false, reductions: [], stores: [{ slot: 1, dtype: "float32", offset: 0, strides: [5, 1], value: 0 }] },
      ],
    });
    expect(collapseLoops(step([5, 1])).outer).toEqual([20]);
    expect(collapseLoops(step([1, 4])).outer).toEqual([4, 5]);
    expect(collapseLoops(step([0, 0])).outer).toEqual([20]);
    expect(collapseLoops(step([0, 1])).outer).toEqual([4, 5]);
  });
});

describe("devices that bind few buffers", () => {
  const narrow = { maxSlotsPerStep: 6, synchronous: false };
  const inputs = Array.from({ length: 30 }, () => input(7));

  it.each([
    ["a sum of many", inputs.reduce((a, b) => T.add(a, b))],
    ["a tree of many", T.concat(inputs).sum()],
    ["a join of many", T.concat(inputs)],
  ])("get kernels that fit: %s", (_, t) => {
    const plan = planGraph(toGraph(collect([t.node])), narrow);
    for (const step of plan.steps) {
      const { instructions, phases } = loop(step);
      const slots = new Set(instructions.flatMap((i) => (i.op === "load" ? [i.slot] : [])));
      for (const { stores } of phases) for (const { slot } of stores) slots.add(slot);
      expect(slots.size).toBeLessThanOrEqual(6);
    }
  });
});

describe("prologues", () => {
  const taking: BackendProfile = {
    ...profile,
    anchors: {
      matmul: { epilogue: true, prologues: [0, 1] },
      conv: { epilogue: true, prologues: [0, 1] },
      poolIndex: { prologues: [0] },
      gather: { prologues: [0, 1] },
    },
  };
  const planned = (...tensors: Tensor[]): Plan => planGraph(toGraph(collect(tensors.map((t) => t.node))), taking);
  const images = (): Tensor => T.div(T.cast(T.tensor(new Uint8Array(96), { shape: [2, 3, 4, 4] }), "float32"), 255);
  const opsOf = (step: Step, operand: "a" | "b"): (string | undefined)[] => {
    if (step.kind !== "matmul" && step.kind !== "conv") throw new Error(`expected a product, got ${step.kind}`);
    return step[operand].prologue?.instructions.map(({ op }) => op) ?? [];
  };

  it("compute what products read, for each of them", () => {
    const x = T.mul(T.cast(T.tensor(new Uint8Array(48), { shape: [8, 6] }), "float32"), 1 / 255);
    const plan = planned(T.matmul(x, input(6, 5)), T.matmul(T.transpose(x), input(8, 7)));
    expect(kinds(plan)).toEqual(["matmul", "matmul"]);
    for (const step of plan.steps) expect(opsOf(step, "a")).toEqual(["load", "cast", "scalar", "mul"]);
    expect(plan.slots.map((slot) => slot.kind).sort()).toEqual(["leaf", "leaf", "leaf", "output", "output"]);
  });

  it("of either operand, with what is small beside it", () => {
    const mask = T.where(T.greater(input(6, 40), 0), T.tensor(1), T.tensor(0));
    const plan = planned(T.matmul(T.add(input(50, 6), input(6)), mask));
    expect(kinds(plan)).toEqual(["matmul"]);
    expect(opsOf(plan.steps[0], "a")).toEqual(["load", "load", "add"]);
    expect(opsOf(plan.steps[0], "b")).toContain("less");
  });

  it("of convolutions and pooling, and of indices", () => {
    expect(kinds(planned(T.conv2d(images(), input(5, 3, 3, 3))))).toEqual(["conv"]);
    expect(kinds(planned(T.maxPool2d(images(), 2)))).toEqual(["maxPool"]);
    const labels = T.cast(T.tensor(new Uint8Array(12), { shape: [4, 3] }), "int32");
    expect(kinds(planned(T.gather(input(4, 9), 1, labels)))).toEqual(["gather"]);
  });

  it.each([
    ["what is dear", () => T.matmul(T.exp(input(8, 6)), input(6, 5))],
    ["what reads much", () => T.matmul(T.mul(input(8, 6), input(8, 6)), input(6, 5))],
    ["what is asked for", () => [T.mul(input(8, 6), 2)].flatMap((x) => [x, T.matmul(x, input(6, 5))])],
    ["what is read in another order", () => T.conv2d(T.permute(input(2, 4, 4, 3), [0, 3, 1, 2]), input(5, 3, 3, 3))],
    ["what is random", () => T.matmul(T.random.uniform([8, 6]), input(6, 5))],
    ["what no prologue may be asked of", () => T.scatterAdd(input(4, 9), 1, T.zeros([4, 3], { dtype: "int32" }), T.mul(input(4, 3), 2))],
  ])("leave %s to a kernel of its own", (_, build) => {
    expect(kinds(planned(...[build()].flat()))).toContain("loop");
  }); // prettier-ignore

  it("leave the result of a product to its epilogue", () => {
    const hidden = T.relu(T.matmul(input(8, 6), input(6, 50)));
    const plan = planned(T.matmul(hidden, input(50, 5)));
    expect(kinds(plan)).toEqual(["matmul", "matmul"]);
    expect(opsOf(plan.steps[1], "a")).toEqual([]);
  });
});
