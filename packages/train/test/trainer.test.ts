import { Dropout, Linear, Sequential, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import { type Device, manualSeed, noGrad, reference, setBackend, sub, square } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { type Callback, type Metric, type Progress, Trainer, accuracy, confusionMatrix } from "../src/index.ts";
import { blobTrainer, blobs, loaderOf, parametersOf } from "./blobs.ts";

const device: Device = reference();
beforeAll(() => setBackend(device));

describe("fit", () => {
  it("learns, and records every epoch", async () => {
    const trainer = blobTrainer();
    const data = blobs(61);
    const history = await trainer.fit(loaderOf(data), { epochs: 3, validation: loaderOf(blobs(20, { seed: 2 })) });
    expect(history.stopped).toBe("finished");
    expect(history.updates).toBe(3 * 8);
    expect(history.best).toBeNull();
    expect(history.epochs.map((record) => record.epoch)).toEqual([1, 2, 3]);
    expect(history.evaluations.map(({ epoch, update }) => [epoch, update])).toEqual([
      [1, 8],
      [2, 16],
      [3, 24],
    ]);
    const [first, , last] = history.epochs;
    expect(Object.keys(last).sort()).toEqual(
      [
        "epoch",
        "samplesPerSecond",
        "seconds",
        "trainAccuracy",
        "trainLoss",
        "validationAccuracy",
        "validationLoss",
      ].sort(),
    );
    expect(last.trainLoss).toBeLessThan(first.trainLoss);
    expect(last.trainAccuracy).toBe(1);
    expect(last.validationAccuracy).toBe(1);
    expect(last.validationLoss).toBe(history.evaluations[2].validationLoss);
    expect(last.samplesPerSecond * last.seconds).toBeCloseTo(61, 6);
  });

  it("learns from a loss of float16", async () => {
    const trainer = blobTrainer({ loss: (output, target) => crossEntropy(output.cast("float16"), target) });
    const history = await trainer.fit(loaderOf(blobs(24)), { epochs: 3 });
    const losses = history.epochs.map(({ trainLoss }) => trainLoss);
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(Math.max(...losses)).toBeLessThan(2);
  });

  it("gives the figures of a loop written by hand, to the bit", async () => {
    const data = loaderOf(blobs(20), 8, false);
    const trainer = blobTrainer();
    const history = await trainer.fit(data, { epochs: 2 });

    const { model } = blobTrainer();
    const optimizer = new SGD(model.parameters(), { lr: 0.5 });
    const losses: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      let total = 0;
      for (const { inputs, targets, size } of data) {
        const loss = crossEntropy(model.forward(inputs), targets);
        loss.backward();
        await optimizer.step();
        optimizer.zeroGrad();
        total = Math.fround(total + Math.fround((await loss.item()) * size));
      }
      losses.push(total / 20);
    }
    expect(history.epochs.map((record) => record.trainLoss)).toEqual(losses);
    expect(await parametersOf(trainer)).toEqual(await parametersOf({ model }));
  });

  it("follows the loss within the epochs", async () => {
    const short = await blobTrainer().fit(loaderOf(blobs(20)), { epochs: 2 });
    expect(short.lossCurve.map((point) => point.update)).toEqual([1, 2, 3, 4, 5, 6]);
    const [a, b, c] = short.lossCurve.map((point) => point.loss);
    expect((8 * a + 8 * b + 4 * c) / 20).toBeCloseTo(short.epochs[0].trainLoss, 6);

    // 3 updates a point, and a point at the end of each epoch; past 240 points pairs become one.
    const long = await blobTrainer().fit(loaderOf(blobs(131), 1), { epochs: 2 });
    expect(long.lossCurve.map((point) => point.update)).toEqual(
      [0, 131].flatMap((start) => [...Array.from({ length: 43 }, (_, i) => start + 3 * (i + 1)), start + 131]),
    );
    const longer = await blobTrainer().fit(loaderOf(blobs(120), 1), { epochs: 5 });
    expect(longer.lossCurve.slice(0, 2).map((point) => point.update)).toEqual([4, 8]);
    expect(longer.lossCurve.length).toBeLessThanOrEqual(240);
    expect(longer.lossCurve.at(-1)?.update).toBe(600);
    const mean = longer.lossCurve.slice(0, 30).reduce((sum, point) => sum + point.loss / 30, 0);
    expect(mean).toBeCloseTo(longer.epochs[0].trainLoss, 5);
  });

  it("gives the same bits for the same seed", async () => {
    const once = async () => {
      const trainer = blobTrainer();
      const { epochs } = await trainer.fit(loaderOf(blobs(30)), { epochs: 2, validation: loaderOf(blobs(9)) });
      return {
        epochs: epochs.map((record) => ({ ...record, seconds: 0, samplesPerSecond: 0 })),
        ...(await parametersOf(trainer)),
      };
    };
    expect(await once()).toEqual(await once());
  });

  it("goes on where it was when called again", async () => {
    const twice = blobTrainer();
    const data = loaderOf(blobs(30));
    await twice.fit(data, { epochs: 1 });
    await twice.fit(data, { epochs: 1 });
    const once = blobTrainer();
    await once.fit(loaderOf(blobs(30)), { epochs: 2 });
    expect(await parametersOf(twice)).toEqual(await parametersOf(once));
  });

  it("ignores gradients left over from before", async () => {
    const fresh = blobTrainer();
    await fresh.fit(loaderOf(blobs(16)), { epochs: 1 });
    const used = blobTrainer();
    for (const { inputs, targets } of loaderOf(blobs(8))) crossEntropy(used.model.forward(inputs), targets).backward();
    await used.fit(loaderOf(blobs(16)), { epochs: 1 });
    expect(await parametersOf(used)).toEqual(await parametersOf(fresh));
  });

  it("evaluates every so many updates", async () => {
    const { epochs, evaluations } = await blobTrainer().fit(loaderOf(blobs(32)), {
      epochs: 2,
      validation: loaderOf(blobs(9)),
      evaluateEvery: { updates: 3 },
    });
    expect(evaluations.map(({ epoch, update }) => [epoch, update])).toEqual([
      [1, 3],
      [2, 6],
    ]);
    expect(epochs.map((record) => record.validationLoss)).toEqual(evaluations.map((record) => record.validationLoss));
  });

  it("evaluates every so many epochs, and has null in between", async () => {
    const { epochs } = await blobTrainer().fit(loaderOf(blobs(8)), {
      epochs: 4,
      validation: loaderOf(blobs(9)),
      evaluateEvery: { epochs: 2 },
    });
    expect(epochs.map((record) => [record.validationLoss === null, record.validationAccuracy === null])).toEqual([
      [true, true],
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  it("trains in training mode, evaluates in evaluation mode, and leaves the mode as it was", async () => {
    manualSeed(1);
    const model = new Sequential(new Linear(2, 8), new Dropout(0.5), new Linear(8, 3));
    const modes: [string, boolean][] = [];
    const trainer = new Trainer({
      model,
      optimizer: new Adam(model.parameters()),
      loss: (output, target) => {
        modes.push(["loss", model.training]);
        return crossEntropy(output, target);
      },
    });
    model.eval();
    await trainer.fit(loaderOf(blobs(4), 4), { epochs: 2, validation: loaderOf(blobs(4), 4) });
    expect(modes.map(([, training]) => training)).toEqual([true, false, true, false]);
    expect(model.training).toBe(false);
    model.train();
    await trainer.evaluate(loaderOf(blobs(4), 4));
    expect(modes[4]).toEqual(["loss", false]);
    expect(model.training).toBe(true);
  });

  it("calls callbacks in order, with the update they belong to", async () => {
    const calls: string[] = [];
    const note =
      (name: string) =>
      (...args: unknown[]) => {
        const training = args[args.length - 1] as { epoch: number; update: number };
        calls.push(`${name} ${training.epoch}/${training.update}`);
      };
    const callback: Callback = {
      onFitStart: note("start"),
      onUpdate: note("update"),
      onEvaluation: note("evaluation"),
      onEpochEnd: note("epoch"),
      onFitEnd: note("end"),
    };
    await blobTrainer({ callbacks: [callback] }).fit(loaderOf(blobs(16)), {
      epochs: 2,
      validation: loaderOf(blobs(3)),
    });
    expect(calls).toEqual([
      "start 0/0",
      ...["update 1/1", "update 1/2", "evaluation 1/2", "epoch 1/2"],
      ...["update 2/3", "update 2/4", "evaluation 2/4", "epoch 2/4"],
      "end 2/4",
    ]);
  });

  it("tells its progress with running figures", async () => {
    const seen: Progress[] = [];
    const callback: Callback = { onProgress: (progress) => void seen.push(progress) };
    const { epochs } = await blobTrainer().fit(loaderOf(blobs(16)), {
      epochs: 2,
      validation: loaderOf(blobs(3)),
      callbacks: [callback],
      progressInterval: 0,
    });
    expect(seen.map(({ phase, epoch, batch, batches }) => `${phase} ${epoch} ${batch}/${batches}`)).toEqual([
      ...["train 1 1/2", "train 1 2/2", "validation 1 1/1"],
      ...["train 2 1/2", "train 2 2/2", "validation 2 1/1"],
    ]);
    expect(seen[1].loss).toBe(epochs[0].trainLoss);
    expect(seen[1].metrics).toEqual({ accuracy: epochs[0].trainAccuracy });
    expect(seen[2].loss).toBe(epochs[0].validationLoss);
    expect(seen[0].secondsLeft).toBeNull();
    expect(seen[3].secondsLeft).toBeGreaterThan(0);
    expect(seen[4].secondsLeft).toBe(0);
  });

  it("tells progress no more often than asked", async () => {
    let calls = 0;
    const callback: Callback = { onProgress: () => void calls++ };
    await blobTrainer().fit(loaderOf(blobs(80)), { epochs: 1, callbacks: [callback], progressInterval: 60_000 });
    expect(calls).toBe(1);
  });

  it("keeps its sums exact over more batches than stay on the device", async () => {
    const ones: Metric<number> = {
      measure: (output) => noGrad(() => output.sum().mul(0).add(1)),
      value: ([total]) => total,
    };
    const model = new Linear(2, 3);
    const trainer = new Trainer({
      model,
      optimizer: new SGD(model.parameters(), { lr: 0 }),
      loss: crossEntropy,
      metrics: { ones },
    });
    expect((await trainer.evaluate(loaderOf(blobs(600), 1))).ones).toBe(600);
  });

  it("stops at an aborted signal after the step under way", async () => {
    const controller = new AbortController();
    const abort: Callback = { onUpdate: ({ update }) => (update === 5 ? controller.abort() : undefined) };
    const history = await blobTrainer({ callbacks: [abort] }).fit(loaderOf(blobs(32)), {
      epochs: 3,
      signal: controller.signal,
    });
    expect(history.stopped).toBe("interrupted");
    expect(history.updates).toBe(5);
    expect(history.epochs).toHaveLength(1);
  });

  it("does nothing with a signal aborted before", async () => {
    const trainer = blobTrainer();
    const before = await parametersOf(trainer);
    const history = await trainer.fit(loaderOf(blobs(8)), { epochs: 3, signal: AbortSignal.abort() });
    expect(history).toMatchObject({ stopped: "interrupted", updates: 0, epochs: [] });
    expect(await parametersOf(trainer)).toEqual(before);
  });

  it("does not count an evaluation that was interrupted", async () => {
    const controller = new AbortController();
    const abort: Callback = { onProgress: ({ phase }) => (phase === "validation" ? controller.abort() : undefined) };
    const history = await blobTrainer({ callbacks: [abort] }).fit(loaderOf(blobs(8)), {
      epochs: 2,
      validation: loaderOf(blobs(16)),
      signal: controller.signal,
      progressInterval: 0,
    });
    expect(history.stopped).toBe("interrupted");
    expect(history.evaluations).toEqual([]);
    expect(history.epochs.map((record) => record.validationLoss)).toEqual([null]);
  });

  it("finished is finished, though it was told to stop after the last update", async () => {
    const stop: Callback = { onEpochEnd: (_record, training) => training.stop() };
    expect((await blobTrainer({ callbacks: [stop] }).fit(loaderOf(blobs(8)), { epochs: 1 })).stopped).toBe("finished");
    expect((await blobTrainer({ callbacks: [stop] }).fit(loaderOf(blobs(8)), { epochs: 2 })).stopped).toBe("early");
  });

  it.each([
    ["no epochs", { epochs: 0 }, /fit: epochs 0 must be an integer of at least 1/],
    ["half an epoch", { epochs: 1.5 }, /epochs 1\.5 must be/],
    [
      "no updates between evaluations",
      { epochs: 1, evaluateEvery: { updates: 0 } },
      /evaluateEvery\.updates 0 must be/,
    ],
    ["no epochs between evaluations", { epochs: 1, evaluateEvery: { epochs: -1 } }, /evaluateEvery\.epochs -1 must be/],
    ["a negative interval", { epochs: 1, progressInterval: -1 }, /progressInterval .* got -1/],
  ])("refuses %s", async (_name, options, message) => {
    await expect(blobTrainer().fit(loaderOf(blobs(8)), options)).rejects.toThrow(message);
  });

  it("explains a loss that is no scalar, and data that give nothing", async () => {
    const unreduced = blobTrainer({ loss: (output, target) => crossEntropy(output, target, { reduction: "none" }) });
    await expect(unreduced.evaluate(loaderOf(blobs(8)))).rejects.toThrow(/shape \[8\]; it must return the mean/);
    const loader = loaderOf(blobs(8));
    const once = Object.assign(loader[Symbol.iterator](), { length: loader.length });
    await expect(blobTrainer().fit(once, { epochs: 2 })).rejects.toThrow(/no batch in epoch 2/);
  });
});

describe("evaluate", () => {
  it("gives loss, metrics and further metrics of any kind", async () => {
    const trainer = blobTrainer();
    await trainer.fit(loaderOf(blobs(60)), { epochs: 3 });
    const result = await trainer.evaluate(loaderOf(blobs(31), 8, false), { metrics: { confusion: confusionMatrix() } });
    expect(result.samples).toBe(31);
    expect(result.accuracy).toBe(1);
    expect(result.confusion).toEqual([
      [11, 0, 0],
      [0, 10, 0],
      [0, 0, 10],
    ]);
    const whole = await trainer.evaluate(loaderOf(blobs(31), 31, false));
    expect(result.loss).toBeCloseTo(whole.loss, 6);
  });

  it("throws the reason of an aborted signal", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(blobTrainer().evaluate(loaderOf(blobs(8)), { signal })).rejects.toThrow("enough");
  });

  it("works without metrics and with another loss", async () => {
    const model = new Linear(2, 1);
    const trainer = new Trainer({
      model,
      optimizer: new SGD(model.parameters(), { lr: 0.1 }),
      loss: (output, target) => square(sub(output.reshape([-1]), target)).mean(),
    });
    const { loss, samples } = await trainer.evaluate(loaderOf(blobs(9)));
    expect(loss).toBeGreaterThan(0);
    expect(samples).toBe(9);
  });

  it.each(["loss", "samples", "", "2nd", "a b"])("refuses a metric called %j", (name) => {
    const model = new Linear(2, 3);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    expect(() => new Trainer({ model, optimizer, loss: crossEntropy, metrics: { [name]: accuracy() } })).toThrow(
      /cannot be the name of a metric/,
    );
  });
});
