import { Linear, crossEntropy } from "@minima/layers";
import { SGD } from "@minima/optim";
import { ValueError, reference, setBackend } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { type FitOptions, Trainer, type TrainerOptions, accuracy, earlyStopping, keepBest } from "../src/index.ts";
import { blobTrainer, blobs, loaderOf } from "./blobs.ts";

beforeAll(() => setBackend(reference()));

const model = new Linear(2, 3);
const optimizer = new SGD(model.parameters(), { lr: 0.1 });
const trainer = (options: object): unknown =>
  new Trainer({ model, optimizer, loss: crossEntropy, ...options } as TrainerOptions<Record<never, never>>);

const made: [string, () => unknown, RegExp][] = [
  ["an option that is none", () => trainer({ metric: accuracy() }), /Trainer: there is no option metric; there are model, optimizer, loss/],
  ["no options", () => new Trainer(undefined as never), /Trainer: the options are one object, not undefined/],
  ["the model for options", () => new Trainer(model as never), /Trainer: there is no option/],
  ["no model", () => trainer({ model: undefined }), /Trainer: the model is undefined; give a Module/],
  ["a class for a model", () => trainer({ model: Linear }), /Trainer: the model is a function; give a Module/],
  ["no optimizer", () => trainer({ optimizer: undefined }), /Trainer: the optimizer is undefined; give one such as new Adam/],
  ["the name of an optimizer", () => trainer({ optimizer: "adam" }), /Trainer: the optimizer is adam/],
  ["a class for an optimizer", () => trainer({ optimizer: SGD }), /Trainer: the optimizer is a function/],
  ["the name of a loss", () => trainer({ loss: "crossEntropy" }), /Trainer: the loss is crossEntropy; give a function/],
  ["no loss", () => trainer({ loss: undefined }), /Trainer: the loss is undefined/],
  ["a metric that was not called", () => trainer({ metrics: { accuracy } }), /Trainer: metric accuracy is a function; give one such as accuracy\(\)/],
  ["the name of a metric", () => trainer({ metrics: ["accuracy"] }), /Trainer: metric 0 is accuracy/],
  ["a name that metrics cannot have", () => trainer({ metrics: { loss: accuracy() } }), /"loss" cannot be the name of a metric/],
  ["one callback alone", () => trainer({ callbacks: earlyStopping({ patience: 1 }) }), /Trainer: callbacks must be a list/],
  ["a callback that was not called", () => trainer({ callbacks: [keepBest] }), /Trainer: callbacks must be a list of objects/],
  ["patience 0", () => earlyStopping({ patience: 0 }), /earlyStopping: patience 0 must be an integer of at least 1/],
  ["patience 1.5", () => earlyStopping({ patience: 1.5 }), /earlyStopping: patience 1\.5/],
  ["no patience", () => earlyStopping({} as never), /earlyStopping: patience undefined/],
  ["patience alone", () => earlyStopping(3 as never), /earlyStopping: the options are one object, not 3/],
  ["min_delta", () => earlyStopping({ patience: 1, min_delta: 1 } as never), /earlyStopping: there is no option min_delta; there are monitor/],
  ["minDelta NaN", () => earlyStopping({ patience: 1, minDelta: NaN }), /earlyStopping: minDelta .* got NaN/],
  ["better min", () => earlyStopping({ patience: 1, better: "min" as never }), /earlyStopping: better min must be "higher" or "lower"/],
  ["better null", () => keepBest({ better: null as never }), /keepBest: better null/],
  ["a monitor that is no name", () => keepBest({ monitor: 3 as never }), /keepBest: monitor 3 must be a name/],
  ["patience of keepBest", () => keepBest({ patience: 1 } as never), /keepBest: there is no option patience/],
]; // prettier-ignore

describe("refused where it is made", () => {
  it.each(made)("%s", (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(ValueError);
  });
});

const data = loaderOf(blobs(8));
const fitted: [string, unknown, object, RegExp][] = [
  ["epochs 0", data, { epochs: 0 }, /fit: epochs 0 must be an integer of at least 1/],
  ["epochs NaN", data, { epochs: NaN }, /fit: epochs NaN/],
  ["no epochs", data, {}, /fit: epochs undefined/],
  ["a number for options", data, 3 as never, /fit: the options are one object, not 3/],
  ["epoch", data, { epochs: 1, epoch: 3 }, /fit: there is no option epoch; there are epochs, validation/],
  ["no data", undefined, { epochs: 1 }, /fit: the data is undefined; give batches and their number, such as a DataLoader/],
  ["a data set", blobs(8), { epochs: 1 }, /fit: the data is \[object Object\]; give batches/],
  ["batches without their number", data[Symbol.iterator](), { epochs: 1 }, /fit: the data has length undefined; it must be the number/],
  ["validation by a share", data, { epochs: 1, validation: 0.2 }, /fit: validation is 0\.2; give batches/],
  ["evaluateEvery 2", data, { epochs: 1, evaluateEvery: 2 }, /fit: evaluateEvery: the options are one object, not 2/],
  ["both ways to evaluate", data, { epochs: 1, evaluateEvery: { epochs: 1, updates: 5 } }, /fit: evaluateEvery: there is no option epochs; there are updates/],
  ["evaluateEvery steps", data, { epochs: 1, evaluateEvery: { steps: 5 } }, /fit: evaluateEvery: there is no option steps; there are epochs/],
  ["a fraction of an epoch", data, { epochs: 1, evaluateEvery: { epochs: 0.5 } }, /fit: evaluateEvery\.epochs 0\.5 must be an integer/],
  ["a controller for a signal", data, { epochs: 1, signal: new AbortController() }, /fit: the signal is .*; give that of an AbortController/],
  ["one callback alone", data, { epochs: 1, callbacks: {} }, /fit: callbacks must be a list/],
  ["an interval NaN", data, { epochs: 1, progressInterval: NaN }, /fit: progressInterval .* got NaN/],
]; // prettier-ignore

describe("refused by fit before anything is trained", () => {
  it.each(fitted)("%s", async (_, batches, options, message) => {
    const fit = blobTrainer().fit(batches as typeof data, options as FitOptions);
    await expect(fit).rejects.toThrow(message);
  });
});

describe("refused by evaluate", () => {
  it.each<[string, unknown, object, RegExp]>([
    ["no data", undefined, {}, /evaluate: the data is undefined/],
    ["an option that is none", data, { epochs: 1 }, /evaluate: there is no option epochs; there are metrics, signal/],
    ["what is no metric", data, { metrics: { accuracy } }, /evaluate: metric accuracy is a function/],
    ["what is no signal", data, { signal: true }, /evaluate: the signal is true/],
  ])("%s", async (_, batches, options, message) => {
    await expect(blobTrainer().evaluate(batches as typeof data, options)).rejects.toThrow(message);
  });
});

describe("what stays allowed", () => {
  it("options that are undefined, and an array of batches", async () => {
    const batches = [...data];
    const options = {
      epochs: 1,
      validation: batches,
      evaluateEvery: undefined,
      signal: undefined,
      callbacks: undefined,
    };
    const history = await blobTrainer().fit(batches, { ...options, progressInterval: Infinity });
    expect(history.updates).toBe(batches.length);
  });
});
