import { Linear } from "@minima/layers";
import { SGD } from "@minima/optim";
import { mean, mul, reference, setBackend } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { type Callback, type EvaluationRecord, type Training, Trainer, earlyStopping, keepBest } from "../src/index.ts";
import { blobTrainer, blobs, loaderOf, parametersOf } from "./blobs.ts";

beforeAll(() => setBackend(reference()));

/** What a training looks like to a callback that sees the given validation losses one after the other. */
async function replay(callback: Callback, losses: readonly number[], monitor = "validationLoss") {
  const model = new Linear(1, 1);
  let stoppedAfter: number | null = null;
  const training: Training & { epoch: number; update: number } = {
    ...{ model, epochs: losses.length, epoch: 0, update: 0, plannedUpdates: 10 * losses.length, best: null },
    monitors: new Map([
      ["validationLoss", "lower" as const],
      ["validationAccuracy", "higher" as const],
      ["validationOdd", undefined],
    ]),
    stop: () => (stoppedAfter ??= training.epoch),
  };
  await callback.onFitStart?.(training);
  for (const value of losses) {
    if (stoppedAfter !== null) break;
    training.epoch++;
    training.update += 10;
    model.loadStateDict({ ...model.stateDict(), bias: mul(model.stateDict().bias, 0).add(training.epoch) });
    const record = { epoch: training.epoch, update: training.update, validationLoss: 0, [monitor]: value };
    await callback.onEvaluation?.(record as EvaluationRecord, training);
  }
  const history = {
    epochs: [],
    evaluations: [],
    lossCurve: [],
    updates: 0,
    stopped: "early",
    best: null,
    seconds: 0,
  } as const;
  await callback.onFitEnd?.(history, training);
  return { stoppedAfter, best: training.best, restored: await model.stateDict().bias.item() };
}

describe("earlyStopping", () => {
  it.each([
    {
      name: "stops after p evaluations in a row without improvement",
      losses: [5, 3, 4, 4, 1],
      patience: 2,
      stop: 4,
      best: 2,
    },
    { name: "counts from the last improvement", losses: [5, 6, 4, 6, 6, 1], patience: 2, stop: 5, best: 3 },
    { name: "an equal value is no improvement", losses: [5, 5, 5], patience: 2, stop: 3, best: 1 },
    { name: "patience 1 stops at the first", losses: [5, 6, 1], patience: 1, stop: 2, best: 1 },
    { name: "goes on while it improves", losses: [5, 4, 3, 2], patience: 1, stop: null, best: 4 },
    { name: "NaN is no improvement", losses: [5, NaN, NaN, 1], patience: 2, stop: 3, best: 1 },
    { name: "a NaN at first is not the best", losses: [NaN, 5, 6, 6], patience: 2, stop: 4, best: 2 },
    { name: "minDelta asks for more", losses: [5, 4.9, 4.8, 4.7], patience: 2, minDelta: 0.15, stop: null, best: 3 },
    {
      name: "minDelta is not enough when it is met just so",
      losses: [5, 4.5, 4],
      patience: 2,
      minDelta: 1,
      stop: 3,
      best: 1,
    },
  ])("$name", async ({ losses, patience, minDelta, stop, best }) => {
    const result = await replay(earlyStopping({ patience, minDelta }), losses);
    expect(result.stoppedAfter).toBe(stop);
    expect(result.best).toMatchObject({
      epoch: best,
      update: 10 * best,
      monitor: "validationLoss",
      value: losses[best - 1],
    });
    expect(result.restored).toBe(best);
  });

  it("knows which way a metric gets better", async () => {
    const callback = earlyStopping({ patience: 2, monitor: "validationAccuracy" });
    expect(await replay(callback, [0.5, 0.7, 0.6, 0.6], "validationAccuracy")).toMatchObject({
      stoppedAfter: 4,
      restored: 2,
    });
  });

  it("does as it is told where it cannot know", async () => {
    const callback = earlyStopping({ patience: 1, monitor: "validationOdd", better: "higher" });
    expect(await replay(callback, [1, 2, 1], "validationOdd")).toMatchObject({ stoppedAfter: 3, restored: 2 });
    await expect(replay(earlyStopping({ patience: 1, monitor: "validationOdd" }), [1])).rejects.toThrow(
      /say with better/,
    );
  });

  it("leaves the last parameters if told so", async () => {
    expect(await replay(earlyStopping({ patience: 2, restoreBest: false }), [5, 3, 4, 4])).toEqual({
      ...{ stoppedAfter: 4, best: null, restored: 4 },
    });
  });

  it("starts anew for the next training", async () => {
    const callback = earlyStopping({ patience: 2 });
    await replay(callback, [1, 2, 2]);
    expect(await replay(callback, [5, 4, 6, 6])).toMatchObject({ stoppedAfter: 4, restored: 2 });
  });

  it.each([0, -1, 1.5, NaN, Infinity])("refuses patience %s", (patience) => {
    expect(() => earlyStopping({ patience })).toThrow(/patience .* must be an integer of at least 1/);
  });

  it("refuses a bad minDelta, and what is not there to watch", async () => {
    expect(() => earlyStopping({ patience: 1, minDelta: -1 })).toThrow(/earlyStopping: minDelta .* got -1/);
    const callbacks = [earlyStopping({ patience: 1, monitor: "validationRecall" })];
    const validation = loaderOf(blobs(4));
    await expect(blobTrainer({ callbacks }).fit(loaderOf(blobs(4)), { epochs: 1, validation })).rejects.toThrow(
      /no figure "validationRecall"; they have validationLoss, validationAccuracy/,
    );
    await expect(
      blobTrainer({ callbacks: [earlyStopping({ patience: 1 })] }).fit(loaderOf(blobs(4)), { epochs: 1 }),
    ).rejects.toThrow(/give fit\(\) validation data/);
  });

  it("ends a real training and gives back the parameters of the best evaluation", async () => {
    // The loss rises with every update, so the first evaluation is the best.
    const model = new Linear(2, 3, { bias: false });
    const optimizer = new SGD(model.parameters(), { lr: 0.1, maximize: true });
    const states: Record<string, number[]>[] = [];
    const watch: Callback = { onEvaluation: async () => void states.push(await parametersOf({ model })) };
    const trainer = new Trainer({
      model,
      optimizer,
      loss: (output) => mean(output),
      callbacks: [watch, earlyStopping({ patience: 3 })],
    });
    const data = loaderOf(blobs(8, { seed: 3 }));
    const history = await trainer.fit(data, { epochs: 100, validation: data, evaluateEvery: { updates: 1 } });
    expect(history.stopped).toBe("early");
    expect(history.updates).toBe(4);
    expect(history.best).toMatchObject({ epoch: 1, update: 1, value: history.evaluations[0].validationLoss });
    expect(states).toHaveLength(4);
    expect(states[3]).not.toEqual(states[0]);
    expect(await parametersOf(trainer)).toEqual(states[0]);
  });
});

describe("keepBest", () => {
  it("gives back the best parameters when the training was interrupted", async () => {
    const controller = new AbortController();
    const states: Record<string, number[]>[] = [];
    const watch: Callback = {
      onEvaluation: async (_record, { model }) => void states.push(await parametersOf({ model })),
      onUpdate: ({ update }) => (update === 11 ? controller.abort() : undefined),
    };
    const trainer = blobTrainer({ callbacks: [watch, keepBest()] });
    const options = { epochs: 9, validation: loaderOf(blobs(9)), signal: controller.signal };
    const history = await trainer.fit(loaderOf(blobs(32)), options);
    expect(history).toMatchObject({ stopped: "interrupted", updates: 11, best: { epoch: 2, update: 8 } });
    expect(await parametersOf(trainer)).toEqual(states[1]);
  });

  it("keeps the parameters as they are when interrupted before the first evaluation", async () => {
    const controller = new AbortController();
    const abort: Callback = { onUpdate: () => controller.abort() };
    const trainer = blobTrainer({ callbacks: [abort, keepBest()] });
    const before = await parametersOf(trainer);
    const history = await trainer.fit(loaderOf(blobs(32)), {
      epochs: 1,
      validation: loaderOf(blobs(9)),
      signal: controller.signal,
    });
    expect(history).toMatchObject({ stopped: "interrupted", updates: 1, best: null });
    expect(await parametersOf(trainer)).not.toEqual(before);
  });
});
