import { describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import {
  type Device, PlannedExecutor, type Tensor, argmax, compile, equal, executorOf, getBackend, manualSeed, mean, noGrad,
  random, reference, setBackend, sqrt, square, sum, tensor,
} from "@minima/tensor"; // prettier-ignore

/** Metrics that a training loop makes at every step, keeps, and reads when all steps are done. */

const devices: readonly (readonly [string, () => Device])[] = [
  ["cpu", () => cpu()],
  ["reference", () => reference()],
];

function network(): { model: Module; optimizer: Adam } {
  const model = new Sequential(new Linear(20, 32), new ReLU(), new Linear(32, 4));
  return { model, optimizer: new Adam(model.parameters()) };
}

function batch(): [Tensor, Tensor] {
  return [random.normal([16, 20]), random.randint([16], { high: 4 })];
}

const accuracy = (logits: Tensor, y: Tensor): Tensor => mean(equal(argmax(logits, { axis: 1 }), y).cast("float32"));
const norm = (tensors: readonly Tensor[]): Tensor =>
  sqrt(tensors.map((t) => sum(square(t))).reduce((a, b) => a.add(b)));

/** Trains; gives what each step hands to `keep`, read at once or at the end. */
async function metrics(how: "eager" | "compiled", isReadAtOnce: boolean): Promise<unknown[]> {
  manualSeed(3);
  const { model, optimizer } = network();
  const parameters = model.parameters();
  const learn = (x: Tensor, y: Tensor): Tensor => {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    void optimizer.step(); // recorded
    return loss;
  };
  const step = compile(learn, { state: [model, optimizer] });
  const kept: Promise<unknown>[] = [];
  const late: Tensor[] = [];
  const keep = async (metric: Tensor): Promise<void> => {
    if (isReadAtOnce) kept.push(Promise.resolve(await metric.data()));
    else late.push(metric);
  };
  const probe = random.normal([8, 20]);
  for (let i = 0; i < 12; i++) {
    const [x, y] = batch();
    await keep(noGrad(() => model.forward(probe)));
    if (how === "compiled") {
      await keep(accuracy(model.forward(x), y));
      await step(x, y);
    } else {
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimizer.zeroGrad();
      loss.backward();
      await keep(norm(parameters.flatMap(({ grad }) => grad ?? [])));
      await keep(accuracy(logits, y));
      await optimizer.step();
      await keep(accuracy(logits, y)); // of the version before
    }
    await keep(norm(parameters));
  }
  return Promise.all([...kept, ...late.map((metric) => metric.data())]);
}

describe.each(devices)("kept metrics on %s", (_, make) => {
  it.each(["eager", "compiled"] as const)("of an %s training are those read at once", async (how) => {
    setBackend(make());
    const late = await metrics(how, false);
    expect(late).toHaveLength(how === "eager" ? 60 : 36);
    setBackend(make());
    expect(late).toEqual(await metrics(how, true));
  });

  it("of a model that is not trained for long are there when it is", async () => {
    setBackend(make());
    manualSeed(4);
    const [trained, waiting] = [network(), network()];
    const step = async ({ model, optimizer }: typeof trained): Promise<void> => {
      const [x, y] = batch();
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
    };
    const x = random.normal([8, 20]);
    const expected = await waiting.model.forward(x).data();
    const kept = waiting.model.forward(x);
    for (let i = 0; i < 40; i++) await step(trained);
    for (let i = 0; i < 4; i++) await step(waiting);
    expect(await kept.data()).toEqual(expected);
  });
});

describe("a metric of the batch of a step", () => {
  it("is computed in the program of the step", async () => {
    const backend = cpu();
    setBackend(backend);
    const executor = executorOf(backend);
    if (!(executor instanceof PlannedExecutor)) throw new Error(`${String(getBackend()?.name)} runs plans`);
    const { model, optimizer } = network();
    const x = tensor(
      Float32Array.from({ length: 320 }, (_, i) => Math.sin(i)),
      { shape: [16, 20] },
    );
    const y = tensor(Int32Array.from({ length: 16 }, (_, i) => i % 4));
    const kept: Tensor[] = [];
    let before = 0;
    for (let i = 0; i < 10; i++) {
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      kept.push(accuracy(logits, y));
      optimizer.zeroGrad();
      loss.backward();
      before = executor.submits;
      await optimizer.step();
      expect(executor.submits).toBe(before + 1);
    }
    before = executor.submits;
    for (const metric of kept) expect(await metric.item()).toBeGreaterThanOrEqual(0);
    expect(executor.submits).toBe(before);
  });
});
