import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Dropout, Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import { HostCounter, OutOfMemoryError, PlannedExecutor, StaleTensorError, type Tensor, Variable, add, executorOf, getBackend, manualSeed, matmul, mean, mul, noGrad, random, run, setBackend, square, sub, sum, tensor, update } from "@minima/tensor"; // prettier-ignore

/** Lifetimes follow need: what one training does is no business of another. */

beforeEach(() => {
  setBackend(cpu());
  manualSeed(1);
});

function plans(): PlannedExecutor {
  const backend = getBackend();
  const found = backend === null ? null : executorOf(backend);
  if (!(found instanceof PlannedExecutor)) throw new Error("the CPU runs plans");
  return found;
}

interface Training {
  readonly model: Module;
  readonly optimizer: Adam;
  readonly loss: (i: number) => Tensor;
  readonly step: (i: number) => Promise<Tensor>;
}

function training(width: number, seed = 1): Training {
  manualSeed(seed);
  const model = new Sequential(new Linear(20, width), new ReLU(), new Dropout(0.2), new Linear(width, 5));
  const optimizer = new Adam(model.parameters());
  const loss = (i: number): Tensor => {
    const x = tensor(
      Float32Array.from({ length: 160 }, (_, k) => Math.sin(k + i)),
      { shape: [8, 20] },
    );
    const y = tensor(Int32Array.from({ length: 8 }, (_, k) => (k + i) % 5));
    return crossEntropy(model.forward(x), y);
  };
  return {
    model,
    optimizer,
    loss,
    async step(i) {
      const value = loss(i);
      optimizer.zeroGrad();
      value.backward();
      await optimizer.step();
      return value;
    },
  };
}

async function weights({ model }: Training): Promise<unknown> {
  return await Promise.all(model.parameters().map((parameter) => parameter.data()));
}

describe("a tensor", () => {
  it("outlives the updates of variables that it does not need", async () => {
    const [a, b] = [training(16), training(24)];
    await a.step(0);
    const late = a.loss(7);
    for (let i = 0; i < 5; i++) await b.step(i);
    const value = await late.item();
    expect(value).toBeGreaterThan(0);
    const again = a.loss(7);
    await b.step(9);
    expect(await again.item()).not.toBe(value); // another mask of the dropout
  });

  it("is computed in spite of the updates of a frozen network's neighbour", async () => {
    const [frozen, trained] = [training(16), training(16)];
    const features = frozen.model.forward(random.normal([4, 20]));
    const untouched = sum(features);
    for (let i = 0; i < 4; i++) await trained.step(i);
    expect(Number.isFinite(await untouched.item())).toBe(true);
    expect(await sum(features).item()).toBe(await untouched.item());
  });

  it("is lost when a value is gone that it needs, and the error names tensor, variable and update", async () => {
    const w = new Variable(random.normal([192, 192]), { name: "w", requiresGrad: true });
    const move = async (): Promise<void> => {
      w.assign(add(w, 1));
      await run();
    };
    await run(w);
    const product = mul(w, 2);
    const computed = mul(w, 3);
    await run(computed);
    await move();
    await expect(product.at(0, 0)).resolves.toBeTypeOf("number");
    const second = matmul(w, w);
    await move();
    await move();
    await expect(second.data()).rejects.toThrow(StaleTensorError);
    await expect(second.data()).rejects.toThrow(
      /the tensor matmul \[192, 192\] has no value any more: it needs w as it was before its update 2/,
    );
    await expect(computed.data()).resolves.toHaveLength(192 * 192); // has a value of its own
    expect(String(second)).toMatch(/stale/);
  });

  it("that was lost cannot be differentiated, and says so", async () => {
    const { step } = training(16);
    await step(0);
    const loss = await step(1);
    await step(2);
    await step(3);
    expect(await loss.item()).toBeGreaterThan(0);
    expect(() => loss.backward()).toThrow(/released by a later update/);
  });
});

describe("two trainings", () => {
  it("in turns and under Promise.all give what each gives alone, with tensors that they hold", async () => {
    const alone = [training(16, 3), training(24, 4)];
    for (const each of alone) for (let i = 0; i < 6; i++) await each.step(i);
    const want = await Promise.all(alone.map(weights));

    const turns = [training(16, 3), training(24, 4)];
    for (let i = 0; i < 6; i++) for (const each of turns) await each.step(i);
    expect(await Promise.all(turns.map(weights))).toEqual(want);

    const together = [training(16, 3), training(24, 4)];
    const losses = await Promise.all(
      together.map(async (each) => {
        const held: number[] = [];
        let before: Tensor | undefined;
        for (let i = 0; i < 6; i++) {
          const logits = each.model.forward(random.uniform([2, 20])); // read only after the next step
          const loss = await each.step(i);
          held.push(await sum(logits).item());
          if (before !== undefined) held.push(await before.item());
          before = loss;
        }
        return held;
      }),
    );
    for (const values of losses) expect(values.every(Number.isFinite)).toBe(true);
  });

  it("do not share plans", async () => {
    const [a, b] = [training(16), training(24)];
    for (let i = 0; i < 3; i++) for (const each of [a, b]) await each.step(i);
    const { misses } = plans().plans;
    const submits = plans().submits;
    const order = [a, a, b, a, b, b, b, a];
    for (const [i, each] of order.entries()) await each.step(i);
    // Both at once, the step of one between the forward pass and the step of the other.
    const loss = a.loss(1);
    a.optimizer.zeroGrad();
    loss.backward();
    await b.step(2);
    await a.optimizer.step();
    expect(plans().plans.misses).toBe(misses);
    expect(plans().submits - submits).toBe(order.length + 2);
  });

  it("of which one fails leave the other's assignments alone", async () => {
    const { model, optimizer, loss, step } = training(16);
    await step(0);
    const before = await weights({ model, optimizer, loss, step });
    const value = loss(1);
    optimizer.zeroGrad();
    value.backward();
    const huge = new Variable(tensor([0]), { name: "huge" });
    const failing = update(() => huge.assign(sum(square(random.normal([40000, 40000])).cumsum(0)).reshape([1])));
    await expect(failing).rejects.toThrow(OutOfMemoryError);
    expect(await huge.item()).toBe(0);
    expect(await weights({ model, optimizer, loss, step })).toEqual(before);
    await optimizer.step();
    expect(await weights({ model, optimizer, loss, step })).not.toEqual(before);
  });
});

describe("a generator and a critic", () => {
  it("learn from one generated batch in several critic steps", async () => {
    const generator = new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 3));
    const critic = new Sequential(new Linear(3, 16), new ReLU(), new Linear(16, 1));
    const [forGenerator, forCritic] = [new Adam(generator.parameters()), new SGD(critic.parameters(), { lr: 0.01 })];
    const held: Tensor[] = [];
    for (let i = 0; i < 5; i++) {
      const fake = generator.forward(random.normal([8, 4]));
      for (let k = 0; k < 4; k++) {
        const loss = sub(mean(critic.forward(fake.detach())), mean(critic.forward(random.normal([8, 3]))));
        forCritic.zeroGrad();
        loss.backward();
        await forCritic.step();
        held.push(loss);
      }
      const loss = mean(critic.forward(fake)).neg();
      forGenerator.zeroGrad();
      loss.backward();
      await forGenerator.step();
      held.push(loss);
    }
    for (const loss of held) expect(Number.isFinite(await loss.item())).toBe(true);
  });
});

describe("assignments", () => {
  it("wait for the run that they belong to, and no value that they need goes before it", async () => {
    const { model, step } = training(16);
    const [weight] = model.parameters();
    const average = new Variable(weight.value, { name: "average" });
    const untouched = new Variable(tensor([0]), { name: "untouched" });
    let want = [...(await weight.value.data())];
    for (let i = 0; i < 6; i++) {
      await step(i);
      average.assign(noGrad(() => add(mul(average, 0.5), mul(weight, 0.5))));
      untouched.assign(add(untouched, 1));
      const now = await weight.value.data();
      want = want.map((value, k) => 0.5 * value + 0.5 * now[k]);
    }
    const values = await average.data();
    values.forEach((value, i) => expect(Math.abs(value - want[i])).toBeLessThan(1e-6));
    expect(values).not.toEqual(await weight.data());
    expect(await untouched.item()).toBe(6);
  });

  it("that nobody reads do not pile up", async () => {
    const { step } = training(16);
    const count = new Variable(tensor([0]), { name: "count" });
    const average = new Variable(tensor([0]), { name: "average" });
    for (let i = 0; i < 700; i++) {
      const loss = await step(i % 7);
      count.assign(add(count, 1));
      average.assign(noGrad(() => add(mul(average, 0.9), mul(loss.detach().reshape([1]), 0.1))));
    }
    expect(count.version.depth).toBeLessThan(600);
    expect(average.version.depth).toBeLessThan(1200);
    expect(await count.item()).toBe(700);
    expect(await average.item()).toBeGreaterThan(0);
  });
});

describe("an update that fails", () => {
  it("leaves variables and counters as they were, whether its function throws or its program", async () => {
    const w = new Variable(tensor([1, 2]), { name: "w" });
    const steps = new HostCounter();
    const throwing = (): Promise<void> =>
      update(() => {
        steps.advance();
        w.assign(add(w, 1));
        throw new Error("on purpose");
      });
    await expect((async () => throwing())()).rejects.toThrow("on purpose");
    expect([await w.at(0), steps.value]).toEqual([1, 0]);
    await update(() => {
      steps.advance();
      w.assign(add(w, 1));
    });
    expect([await w.at(0), steps.value]).toEqual([2, 1]);
  });

  it("is refused where it is no synchronous function", async () => {
    expect(() => update(undefined as never)).toThrow(/update: undefined is no function/);
    await expect(update((async () => Promise.resolve()) as () => void)).rejects.toThrow(/must be synchronous/);
    expect(() => new Variable(tensor([1]), { follows: 3 as never })).toThrow(/follow a variable, not 3/);
  });

  it("counts no step of an optimizer", async () => {
    const { optimizer, loss, model, step } = training(8);
    await step(0);
    const reference = training(8);
    await reference.step(0);
    const value = loss(1);
    optimizer.zeroGrad();
    value.backward();
    const [first] = model.parameters();
    const { grad } = first;
    // A gradient that needs more memory than there is.
    first.grad = add(sum(square(random.normal([40000, 40000])).cumsum(0)), mul(first, 0)).reshape(first.shape);
    await expect(optimizer.step()).rejects.toThrow(OutOfMemoryError);
    first.grad = grad;
    await optimizer.step();
    await reference.step(1);
    expect(await model.parameters()[3].data()).toEqual(await reference.model.parameters()[3].data());
  });
});
