import { reference, setBackend } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { DataLoaderOptions, Dataset } from "../src/index.ts";
import { arrayDataset, DataLoader } from "../src/index.ts";

beforeAll(() => setBackend(reference()));

/** Row i has the inputs (i, -i) and the target i. */
function counting(length: number): Dataset {
  return arrayDataset({
    inputs: {
      data: Float32Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
      shape: [length, 2],
    },
    targets: { data: Int32Array.from({ length }, (_, i) => i) },
  });
}

async function epochOf(loader: DataLoader): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { inputs, targets, size } of loader) {
    const rows = [...(await targets.data())];
    expect(targets.shape).toEqual([size]);
    expect(inputs.shape).toEqual([size, 2]);
    expect([...(await inputs.data())]).toEqual(rows.flatMap((row) => [row, row === 0 ? expect.closeTo(0) : -row]));
    batches.push(rows);
  }
  return batches;
}

describe("DataLoader", () => {
  it.each<{ rows: number; options: DataLoaderOptions; sizes: number[] }>([
    { rows: 10, options: { batchSize: 4 }, sizes: [4, 4, 2] },
    { rows: 10, options: { batchSize: 4, dropLast: true }, sizes: [4, 4] },
    { rows: 8, options: { batchSize: 4, dropLast: true }, sizes: [4, 4] },
    { rows: 3, options: { batchSize: 100 }, sizes: [3] },
    { rows: 40, options: {}, sizes: [32, 8] },
  ])("$rows rows with $options give batches of $sizes", async ({ rows, options, sizes }) => {
    const loader = new DataLoader(counting(rows), options);
    const batches = await epochOf(loader);
    expect(batches.map((batch) => batch.length)).toEqual(sizes);
    expect(loader.length).toBe(sizes.length);
    expect(batches.flat()).toEqual(Array.from({ length: batches.flat().length }, (_, i) => i));
  });

  it("reads every row once each epoch, in another order each epoch, the same for the same seed", async () => {
    const loader = new DataLoader(counting(100), { batchSize: 7, shuffle: true, seed: 5 });
    const epochs = [(await epochOf(loader)).flat(), (await epochOf(loader)).flat(), (await epochOf(loader)).flat()];
    expect(loader.epoch).toBe(3);
    for (const rows of epochs) expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(new Set(epochs.map((rows) => rows.join())).size).toBe(3);

    const again = new DataLoader(counting(100), { batchSize: 50, shuffle: true, seed: 5 });
    again.epoch = 1;
    expect((await epochOf(again)).flat()).toEqual(epochs[1]);
    const other = new DataLoader(counting(100), { batchSize: 50, shuffle: true, seed: 6 });
    expect((await epochOf(other)).flat()).not.toEqual(epochs[0]);
  });

  it("gives the order that every platform gives", async () => {
    const loader = new DataLoader(counting(10), { batchSize: 10, shuffle: true, seed: 1 });
    expect([await epochOf(loader), await epochOf(loader)].flat(2)).toMatchInlineSnapshot(`
      [
        9,
        8,
        1,
        6,
        7,
        4,
        3,
        2,
        5,
        0,
        0,
        2,
        8,
        1,
        6,
        7,
        3,
        4,
        9,
        5,
      ]
    `);
  });

  it("iterates without waiting too", async () => {
    const options = { batchSize: 3, shuffle: true, seed: 2 };
    const loader = new DataLoader(counting(8), options);
    const rows: number[][] = [];
    for (const { targets } of loader) rows.push([...(await targets.data())]);
    expect(rows).toEqual(await epochOf(new DataLoader(counting(8), options)));
    expect(loader.epoch).toBe(1);
  });

  it("gives each batch arrays of its own", async () => {
    const batches = [...new DataLoader(counting(4), { batchSize: 2 })];
    expect([...(await batches[0].targets.data())]).toEqual([0, 1]);
    expect([...(await batches[1].targets.data())]).toEqual([2, 3]);
  });

  it("waits for data sets that read asynchronously, and says so where it cannot", async () => {
    const rows = counting(5);
    const slow: Dataset = {
      length: 5,
      inputs: rows.inputs,
      targets: rows.targets,
      async fill(chosen, inputs, targets) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await rows.fill(chosen, inputs, targets);
      },
    };
    const loader = new DataLoader(slow, { batchSize: 2 });
    expect(await epochOf(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(() => [...loader]).toThrow(/for await/);
  });

  it.each<{ rows: number; options: DataLoaderOptions; message: RegExp }>([
    { rows: 4, options: { batchSize: 0 }, message: /batchSize 0 must be/ },
    { rows: 4, options: { batchSize: 1.5 }, message: /batchSize 1\.5 must be/ },
    { rows: 4, options: { batchSize: NaN }, message: /batchSize NaN must be/ },
    { rows: 4, options: { seed: -1 }, message: /seed/ },
    { rows: 4, options: { batchSize: 5, dropLast: true }, message: /batches of 5 .* has 4/ },
    { rows: 0, options: {}, message: /no rows/ },
  ])("refuses $rows rows with $options", ({ rows, options, message }) => {
    expect(() => new DataLoader(counting(rows), options)).toThrow(message);
  });

  it.each([-1, 0.5, 2 ** 32])("refuses epoch %d", (epoch) => {
    const loader = new DataLoader(counting(2));
    expect(() => (loader.epoch = epoch)).toThrow(/epoch/);
  });
});
