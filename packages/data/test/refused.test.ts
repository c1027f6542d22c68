import { reference, setBackend } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { type ArrayDatasetSources, DataLoader, arrayDataset, trainValidationSplit } from "../src/index.ts";

beforeAll(() => setBackend(reference()));

const sources: ArrayDatasetSources = {
  inputs: { data: new Float32Array(20), shape: [10, 2] },
  targets: { data: new Int32Array(10) },
};
const rows = arrayDataset(sources);

describe("refused at once", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["batchSize 0", () => new DataLoader(rows, { batchSize: 0 }), /DataLoader: batchSize 0 must be an integer of at least 1/],
    ["batchSize 2.5", () => new DataLoader(rows, { batchSize: 2.5 }), /DataLoader: batchSize 2\.5/],
    ["batchSize NaN", () => new DataLoader(rows, { batchSize: NaN }), /DataLoader: batchSize NaN/],
    ["batchSize as text", () => new DataLoader(rows, { batchSize: "8" as never }), /DataLoader: batchSize 8 must be/],
    ["an option in snake case", () => new DataLoader(rows, { batch_size: 8 } as never), /there is no option batch_size; there are batchSize, shuffle/],
    ["a number for options", () => new DataLoader(rows, 8 as never), /DataLoader: the options are one object, not 8/],
    ["a seed NaN", () => new DataLoader(rows, { seed: NaN }), /seed must be an integer/],
    ["the arrays instead of a data set", () => new DataLoader(sources as never), /DataLoader: \[object Object\] is no data set; make one with/],
    ["a promise of a data set", () => new DataLoader(Promise.resolve(rows) as never), /DataLoader: \[object Promise\] is no data set/],
    ["no data set", () => new DataLoader(undefined as never), /DataLoader: undefined is no data set/],
    ["another option of a split", () => trainValidationSplit(rows, { validation: 0.1, test: 0.1 } as never), /trainValidationSplit: there is no option test/],
    ["a split by a number", () => trainValidationSplit(rows, 0.1 as never), /trainValidationSplit: the options are one object, not 0\.1/],
    ["a split of NaN", () => trainValidationSplit(rows, { validation: NaN }), /got NaN/],
    ["arrays of another name", () => arrayDataset({ ...sources, labels: sources.targets } as never), /arrayDataset: there is no option labels; there are inputs, targets/],
    ["no arrays", () => arrayDataset(undefined as never), /arrayDataset: the options are one object, not undefined/],
  ])("%s", (_, make, message) => expect(make).toThrow(message)); // prettier-ignore
});
