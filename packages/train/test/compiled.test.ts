import { cpu } from "@minima/backend-cpu";
import { DataLoader } from "@minima/data";
import { Dropout, Linear, Module, ReLU, Sequential, type StateDict, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import {
  type Device, PlannedExecutor, type Tensor, TraceError, Variable, add, executorOf, manualSeed, mul, onesLike, reference, setBackend, sum, tensor,
} from "@minima/tensor"; // prettier-ignore
import { beforeEach, describe, expect, it } from "vitest";
import {
  type Callback,
  type OptimizerLike,
  Trainer,
  type TrainerOptions,
  accuracy,
  earlyStopping,
} from "../src/index.ts";
import { blobs, loaderOf, parametersOf } from "./blobs.ts";

/** A network with dropout that counts how often it is asked to build its graph. */
class Network extends Module {
  readonly layers: Sequential;
  readonly dropout = new Dropout(0.25);
  #calls = 0;

  constructor() {
    super();
    this.layers = new Sequential(new Linear(2, 16), new ReLU(), this.dropout, new Linear(16, 3));
  }

  get calls(): number {
    return this.#calls;
  }

  forward(x: Tensor): Tensor {
    this.#calls++;
    return this.layers.forward(x);
  }
}

const optimizers = {
  adam: (model: Module) => new Adam(model.parameters(), { lr: 0.02 }),
  sgd: (model: Module) => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, dampening: 0.3 }),
};

/** 5 full batches and one of 3 rows. */
const data = () => loaderOf(blobs(43, { spread: 2 }));
const validation = () => loaderOf(blobs(50, { spread: 2, seed: 3 }), 8, false);

/** Everything a training gives that no clock has part in. */
async function train(options: {
  readonly compile: boolean;
  readonly optimizer: keyof typeof optimizers;
  readonly epochs: number;
  readonly callback?: (model: Network, optimizer: Adam | SGD) => Callback;
}) {
  manualSeed(4);
  const model = new Network();
  const optimizer = optimizers[options.optimizer](model);
  const { compile, epochs, callback } = options;
  const trainer = new Trainer({ model, optimizer, loss: crossEntropy, metrics: { accuracy: accuracy() }, compile });
  const callbacks = callback === undefined ? [] : [callback(model, optimizer)];
  const history = await trainer.fit(data(), { epochs, validation: validation(), callbacks });
  return {
    history: {
      ...history,
      epochs: history.epochs.map((record) => ({ ...record, seconds: 0, samplesPerSecond: 0 })),
      seconds: 0,
    },
    parameters: await parametersOf(trainer),
    slots: await Promise.all([...optimizer.variables()].map((variable) => variable.data())),
    calls: model.calls,
  };
}

const schedule = (_model: Network, optimizer: Adam | SGD): Callback => ({
  onUpdate: ({ update }) => void (optimizer.lr = 0.02 * (1 + Math.cos(update / 5))),
});

const devices: readonly (readonly [string, () => Device])[] = [
  ["cpu", () => cpu()],
  ["reference", () => reference()],
];

describe.each(devices)("a compiled training on %s", (_, make) => {
  beforeEach(() => setBackend(make()));

  it.each(["adam", "sgd"] as const)(
    "gives the bits of an uncompiled one: %s, dropout, a schedule",
    async (optimizer) => {
      for (const epochs of [2, 6]) {
        const plain = await train({ compile: false, optimizer, epochs, callback: schedule });
        const compiled = await train({ compile: true, optimizer, epochs, callback: schedule });
        expect({ ...compiled, calls: 0 }).toEqual({ ...plain, calls: 0 });
        // Three recordings of each shape of batches, or as many as there were.
        expect(plain.calls).toBe(epochs * (6 + 7));
        expect(compiled.calls).toBe(2 * (3 + Math.min(3, epochs)));
      }
    },
  );

  it.each<[string, (model: Network, optimizer: Adam | SGD) => Callback]>([
    [
      "variables are assigned between batches",
      (model) => {
        let early: StateDict = {};
        return {
          onUpdate({ update }) {
            if (update === 2) early = model.stateDict();
            if (update % 7 === 3) {
              model.loadStateDict({ ...model.stateDict(), "layers.3.bias": tensor([1, 0, -1]) });
            }
            if (update === 20) model.loadStateDict(early);
            if (update !== 25) return;
            for (const parameter of model.parameters()) if (parameter.ndim === 2) parameter.assign(mul(parameter, 0.5));
          },
        };
      },
    ],
    [
      "options of the optimizer change",
      (_model, optimizer) => ({
        onEpochEnd: ({ epoch }) => void (optimizer.groups[0].weightDecay = 0.1 * epoch),
      }),
    ],
    [
      "a part of the model changes its mode",
      (model) => ({ onUpdate: ({ update }) => void model.dropout.train(update < 10 || update > 22) }),
    ],
    [
      "somebody leaves gradients behind",
      (model) => ({
        onUpdate() {
          for (const parameter of model.parameters()) parameter.grad = onesLike(parameter);
        },
      }),
    ],
  ])("gives them when %s", async (_name, callback) => {
    const options = { optimizer: "adam", epochs: 6, callback } as const;
    const plain = await train({ compile: false, ...options });
    const compiled = await train({ compile: true, ...options });
    expect({ ...compiled, calls: 0 }).toEqual({ ...plain, calls: 0 });
  });

  it("gives them when it stops early and goes back", async () => {
    // Learning rates that grow until it cannot get better any more.
    const worsen = (_model: Network, optimizer: Adam | SGD): Callback => ({
      ...earlyStopping({ patience: 2 }),
      onUpdate: ({ update }) => void (optimizer.lr = 0.001 * 1.1 ** update),
    });
    const options = { optimizer: "sgd", epochs: 30, callback: worsen } as const;
    const plain = await train({ compile: false, ...options });
    const compiled = await train({ compile: true, ...options });
    expect({ ...compiled, calls: 0 }).toEqual({ ...plain, calls: 0 });
    expect(compiled.history.stopped).toBe("early");
    expect(compiled.history.best?.epoch).toBe(compiled.history.epochs.length - 2);
  });

  it("goes on with the bits of a fit in one", async () => {
    const state = async (epochs: readonly number[]) => {
      manualSeed(4);
      const model = new Network();
      const trainer = new Trainer({ model, optimizer: optimizers.adam(model), loss: crossEntropy });
      const loader = data();
      for (const count of epochs) await trainer.fit(loader, { epochs: count });
      return await parametersOf(trainer);
    };
    expect(await state([3, 3])).toEqual(await state([6]));
  });
});

/** Its output has to be known while the graph is built. */
class Peeking extends Linear {
  override forward(x: Tensor): Tensor {
    const output = super.forward(x);
    return Number(sum(output).dataSync()[0]) > 1e9 ? mul(output, 0) : output;
  }
}

function trainerOf(model: Module, options: Partial<TrainerOptions<Record<never, never>>> = {}): Trainer {
  return new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy, ...options });
}

describe("what cannot be compiled", () => {
  beforeEach(() => {
    setBackend(cpu());
    manualSeed(4);
  });

  it("is refused with the option that helps", async () => {
    const model = new Peeking(2, 3);
    await expect(trainerOf(model).fit(data(), { epochs: 1 })).rejects.toThrow(TraceError);
    await expect(trainerOf(model).evaluate(data())).rejects.toThrow(/data was asked for.*Trainer.*compile: false/);
    const trainer = trainerOf(model, { compile: false });
    expect((await trainer.fit(data(), { epochs: 2 })).updates).toBe(12);
    expect((await trainer.evaluate(data())).samples).toBe(43);
  });

  it("is an optimizer that does not tell its variables", async () => {
    const model = new Network();
    const inner = optimizers.adam(model);
    const optimizer: OptimizerLike = { step: () => inner.step(), zeroGrad: () => inner.zeroGrad() };
    await trainerOf(model, { optimizer }).fit(data(), { epochs: 2 });
    expect(model.calls).toBe(12);
  });

  it("is an optimizer that hides some of them, which is told though its step is asynchronous", async () => {
    class Hiding extends SGD {
      readonly steps = new Variable(tensor([0]), { name: "hidden steps" });

      override async step(): Promise<void> {
        this.steps.assign(add(this.steps, 1));
        await super.step();
      }
    }
    const model = new Linear(2, 3);
    const optimizer = new Hiding(model.parameters(), { lr: 0.1 });
    const training = trainerOf(model, { optimizer }).fit(data(), { epochs: 2 });
    await expect(training).rejects.toThrow(/hidden steps.*compile: false/);
  });

  it("is a metric whose statistics depend on the size of the batch", async () => {
    const trainer = new Trainer({
      ...{ model: new Linear(2, 3), optimizer: { step: async () => {}, zeroGrad: () => {} }, loss: crossEntropy },
      metrics: { rows: { measure: (output: Tensor) => sum(output, { axis: 1 }), value: () => 0 } },
    });
    await expect(trainer.evaluate(data())).rejects.toThrow(/metric rows: .*\[3\], those before \[8\]/);
  });
});

describe("a loss with a parameter of its own", () => {
  it.each([true, false])("is trained, and evaluated with (compile: %s)", async (compile) => {
    setBackend(cpu());
    manualSeed(4);
    const model = new Linear(2, 3);
    const scale = new Variable(tensor([1]), { name: "scale", requiresGrad: true });
    const optimizer = new SGD([...model.parameters(), scale], { lr: 0.5 });
    const loss = (output: Tensor, target: Tensor): Tensor => crossEntropy(mul(output, scale), target);
    const { epochs } = await trainerOf(model, { optimizer, loss, compile }).fit(data(), {
      epochs: 3,
      validation: validation(),
    });
    expect(epochs[2].validationLoss).toBeLessThan(epochs[0].validationLoss ?? 0);
    expect(await scale.item()).toBeGreaterThan(1);
  });
});

describe("gradients of variables that the optimizer does not train", () => {
  it.each([true, false])("do not pile up (compile: %s)", async (compile) => {
    setBackend(cpu());
    const model = new Sequential(new Linear(2, 4), new Linear(4, 3));
    const [, head] = model.children();
    const optimizer = new SGD(head[1].parameters(), { lr: 0.1 });
    await trainerOf(model, { optimizer, compile }).fit(data(), { epochs: 2 });
    expect(model.parameters().map((parameter) => parameter.grad)).toEqual([null, null, null, null]);
  });
});

describe("memory", () => {
  it.each([true, false])(
    "stays flat over a training and 3,000 batches of evaluation (compile: %s)",
    async (compile) => {
      const backend = cpu();
      setBackend(backend);
      manualSeed(4);
      const executor = executorOf(backend);
      if (!(executor instanceof PlannedExecutor)) throw new Error("the CPU runs plans");
      const used = () => ({ device: backend.stats?.().bytes ?? NaN, results: executor.results.bytes });
      const model = new Sequential(new Linear(2, 64), new ReLU(), new Dropout(0.2), new Linear(64, 3));
      const trainer = trainerOf(model, { optimizer: new Adam(model.parameters()), compile });
      const rows = new DataLoader(blobs(3000), { batchSize: 4 });
      await trainer.fit(rows, { epochs: 1 });
      const trained = used();
      await trainer.fit(rows, { epochs: 1 });
      expect(used().device).toBeLessThan(trained.device + 2 ** 16);
      expect(used().results).toBeLessThan(trained.results + 2 ** 16);
      const many = new DataLoader(blobs(3000), { batchSize: 1 });
      await trainer.evaluate(rows);
      const evaluated = used();
      await trainer.evaluate(many);
      expect(used().device).toBeLessThan(evaluated.device + 2 ** 16);
      expect(used().results).toBeLessThan(evaluated.results + 2 ** 16);
    },
  );
});
