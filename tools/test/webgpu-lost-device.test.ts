import { describe, expect, it } from "vitest";
import "@minima/autograd";
import { DeviceLostError, type WebGpuBackend, webgpu } from "@minima/backend-webgpu";
import { softwareGpu } from "@minima/backend-webgpu/software";
import { Linear, type Module, Sequential, Tanh, crossEntropy } from "@minima/layers";
import { type Optimizer, SGD } from "@minima/optim";
import { type Tensor, type TypedArray, type Variable, compile, manualSeed, setBackend, tensor } from "@minima/tensor";
import { type BatchSource, type History, Trainer } from "@minima/train";

const [rows, inputs, classes] = [16, 20, 5];

/** A backend, and a way to pull its device away. */
async function losable(): Promise<{ readonly backend: WebGpuBackend; readonly lose: () => void }> {
  const adapter = (await (await softwareGpu()).requestAdapter()) as GPUAdapter;
  const device = new Promise<GPUDevice>((resolve) => {
    const request = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const made = await request(descriptor);
      resolve(made);
      return made;
    };
  });
  const backend = await webgpu({ adapter });
  const made = await device;
  return { backend, lose: () => made.destroy() };
}

function batch(step: number): [x: Tensor, y: Tensor] {
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * 1.7 + step));
  const y = Int32Array.from({ length: rows }, (_, i) => (i * 7 + step) % classes);
  return [tensor(x, { shape: [rows, inputs] }), tensor(y)];
}

interface Trained {
  readonly model: Module;
  readonly optimizer: Optimizer<{ lr: number }>;
}

interface Training extends Trained {
  step(index: number): Promise<Tensor>;
}

function training(compiled: boolean): Training {
  manualSeed(3);
  const model = new Sequential(new Linear(inputs, 24), new Tanh(), new Linear(24, classes));
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const update = (x: Tensor, y: Tensor): { loss: Tensor; done: Promise<void> } => {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    return { loss, done: optimizer.step() };
  };
  if (compiled) {
    const run = compile((x: Tensor, y: Tensor) => update(x, y).loss, { state: [model, optimizer] });
    return { model, optimizer, step: (index) => run(...batch(index)) };
  }
  const step = async (index: number): Promise<Tensor> => {
    const { loss, done } = update(...batch(index));
    await done;
    return loss;
  };
  return { model, optimizer, step };
}

/** What training goes on from: parameters and velocities, on the host. */
type Snapshot = readonly TypedArray[];

function stateOf({ model, optimizer }: Trained): Variable[] {
  return [...new Set([...model.parameters(), ...optimizer.variables()])];
}

function takeSnapshot(run: Trained): Promise<Snapshot> {
  return Promise.all(stateOf(run).map((variable) => variable.data()));
}

function load(run: Trained, snapshot: Snapshot): void {
  stateOf(run).forEach((variable, i) => variable.assign(tensor(snapshot[i], { shape: variable.shape })));
}

async function losses(run: Training, from: number, to: number): Promise<number[]> {
  const result: number[] = [];
  for (let step = from; step < to; step++) result.push(await (await run.step(step)).item());
  return result;
}

const [snapshotAt, lostAt, end] = [4, 7, 14];

describe("training on a device that is lost in the middle of a step", () => {
  it.each([
    { compiled: false, anew: false },
    { compiled: true, anew: true },
  ])(
    "goes on from the last snapshot on another one, to the same losses (compiled: $compiled, new model: $anew)",
    async ({ compiled, anew }) => {
      const other = await losable();
      setBackend(other.backend);
      const wanted = (await losses(training(compiled), 0, end)).slice(snapshotAt);

      const first = await losable();
      setBackend(first.backend);
      let run = training(compiled);
      await losses(run, 0, snapshotAt);
      const snapshot = await takeSnapshot(run);
      const got = await losses(run, snapshotAt, lostAt);
      const pending = run.step(lostAt).then((loss) => loss.item()); // it is on its way
      const reads = [...run.model.parameters()].map((parameter) => parameter.data());
      first.lose();
      for (const { status, ...end } of await Promise.allSettled([pending, ...reads])) {
        expect(status).toBe("rejected");
        expect("reason" in end && end.reason).toBeInstanceOf(DeviceLostError);
      }
      await expect(run.step(lostAt)).rejects.toThrow(DeviceLostError);
      expect(first.backend.stats()).toMatchObject({ buffers: 0, bytes: 0, totalBytes: 0 });

      setBackend(other.backend);
      if (anew) run = training(compiled);
      load(run, snapshot);
      expect(got).toEqual(wanted.slice(0, lostAt - snapshotAt));
      expect(await losses(run, snapshotAt, end)).toEqual(wanted);

      await other.backend.idle();
      other.backend.dispose();
    },
  );
});

const batchesPerEpoch = 6;
const data: BatchSource = {
  length: batchesPerEpoch,
  *[Symbol.iterator]() {
    for (let step = 0; step < batchesPerEpoch; step++) {
      const [inputs, targets] = batch(step);
      yield { inputs, targets, size: rows };
    }
  },
};

/** A trainer of a model that always begins the same. */
function newTrainer(): Trained & { readonly trainer: Trainer } {
  manualSeed(3);
  const model = new Sequential(new Linear(inputs, 24), new Tanh(), new Linear(24, classes));
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  return { model, optimizer, trainer: new Trainer({ model, optimizer, loss: crossEntropy }) };
}

/** The losses of epochs, and the curve within them, by name; epochs before `first` are not counted in the history. */
function curveOf({ epochs, lossCurve }: History, first = 0): ReadonlyMap<string, number> {
  return new Map([
    ...epochs.map(({ trainLoss }, i): [string, number] => [`epoch ${first + i + 1}`, trainLoss]),
    ...lossCurve.map((point): [string, number] => [`update ${first * batchesPerEpoch + point.update}`, point.loss]),
  ]);
}

describe("a trainer whose device is destroyed in the middle of a step", () => {
  it("goes on with a new one from what was kept after an epoch, on the curve of an undisturbed training", async () => {
    const [epochs, kept] = [7, 3];
    const other = await losable();
    setBackend(other.backend);
    const wanted = curveOf(await newTrainer().trainer.fit(data, { epochs }));

    const first = await losable();
    setBackend(first.backend);
    const disturbed = newTrainer();
    let snapshot: Snapshot = [];
    const got: number[] = [];
    const broken = disturbed.trainer.fit(data, {
      epochs,
      callbacks: [
        {
          onEpochEnd: async ({ epoch, trainLoss }) => {
            got.push(trainLoss);
            if (epoch === kept) snapshot = await takeSnapshot(disturbed);
          },
          onUpdate: ({ epoch, update }) => {
            // The step has been submitted, and is on its way.
            if (epoch === kept + 2 && update % batchesPerEpoch === 3) first.lose();
          },
        },
      ],
    });
    await expect(broken).rejects.toThrow(DeviceLostError);
    expect(got).toEqual(Array.from({ length: kept + 1 }, (_, i) => wanted.get(`epoch ${i + 1}`)));
    expect(first.backend.stats()).toMatchObject({ buffers: 0, bytes: 0, totalBytes: 0 });

    setBackend(other.backend);
    const next = newTrainer();
    load(next, snapshot);
    const rest = curveOf(await next.trainer.fit(data, { epochs: epochs - kept }), kept);
    expect(rest.size).toBe((epochs - kept) * (1 + batchesPerEpoch));
    for (const [name, loss] of rest) expect([name, loss]).toEqual([name, wanted.get(name)]);

    await other.backend.idle();
    other.backend.dispose();
  });
});
