import { reference, setBackend, tensor } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { ArraySource, Dataset } from "../src/index.ts";
import { arrayDataset, Subset, tensorDataset } from "../src/index.ts";
import { allocateRows } from "../src/dataset.ts";

beforeAll(() => setBackend(reference()));

function read(dataset: Dataset, rows: readonly number[]): { inputs: number[]; targets: number[] } {
  const inputs = allocateRows(dataset.inputs, rows.length);
  const targets = allocateRows(dataset.targets, rows.length);
  void dataset.fill(Uint32Array.from(rows), inputs, targets);
  return { inputs: [...inputs], targets: [...targets] };
}

const targets: ArraySource = { data: Uint8Array.of(7, 8, 9), dtype: "int32" };
const bytes = Uint8Array.of(0, 51, 102, 153, 204, 255);

describe("arrayDataset", () => {
  const cases: {
    name: string;
    inputs: ArraySource;
    dtype: string;
    shape: number[];
    rows: number[];
    expected: number[];
  }[] = [
    {
      name: "float rows in any order, repeated",
      inputs: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
      dtype: "float32",
      shape: [2],
      rows: [2, 0, 2],
      expected: [5, 6, 1, 2, 5, 6],
    },
    {
      name: "runs of neighbouring rows",
      inputs: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
      dtype: "float32",
      shape: [2],
      rows: [1, 2, 0, 1],
      expected: [3, 4, 5, 6, 1, 2, 3, 4],
    },
    {
      name: "one element a row by default",
      inputs: { data: Int32Array.of(-1, -2, -3) },
      dtype: "int32",
      shape: [],
      rows: [1],
      expected: [-2],
    },
    {
      name: "bytes to int32",
      inputs: { data: bytes, shape: [3, 2], dtype: "int32" },
      dtype: "int32",
      shape: [2],
      rows: [2],
      expected: [204, 255],
    },
    {
      name: "bytes scaled",
      inputs: { data: bytes, shape: [3, 1, 2], scale: 1 / 255 },
      dtype: "float32",
      shape: [1, 2],
      rows: [0, 2],
      expected: [0, 0.2, 0.8, 1],
    },
    {
      name: "bytes scaled and normalised",
      inputs: { data: bytes, shape: [3, 2], scale: 1 / 255, normalize: { mean: 0.5, std: 0.25 } },
      dtype: "float32",
      shape: [2],
      rows: [0, 2],
      expected: [-2, -1.2, 1.2, 2],
    },
    {
      name: "normalised channel by channel",
      inputs: { data: bytes, shape: [3, 2], scale: 1 / 255, normalize: { mean: [0, 1], std: [1, 0.1] } },
      dtype: "float32",
      shape: [2],
      rows: [0, 1, 2],
      expected: [0, -8, 0.4, -4, 0.8, 0],
    },
    {
      name: "float64 normalised",
      inputs: { data: Float64Array.of(1, 2, 3), normalize: { mean: 2, std: 0.5 } },
      dtype: "float32",
      shape: [],
      rows: [0, 1, 2],
      expected: [-2, 0, 2],
    },
    {
      name: "int16 to int32",
      inputs: { data: Int16Array.of(-300, 0, 300), dtype: "int32" },
      dtype: "int32",
      shape: [],
      rows: [2, 0],
      expected: [300, -300],
    },
  ];

  it.each(cases)("$name", ({ inputs, dtype, shape, rows, expected }) => {
    const dataset = arrayDataset({ inputs, targets });
    expect(dataset.length).toBe(3);
    expect(dataset.inputs).toEqual({ dtype, shape });
    const batch = read(dataset, rows);
    expect(batch.inputs).toEqual(expected.map((value) => expect.closeTo(value, 5)));
    expect(batch.targets).toEqual(rows.map((row) => 7 + row));
  });

  const six = Float32Array.of(1, 2, 3, 4, 5, 6);
  it.each<{ name: string; inputs: ArraySource; message: RegExp }>([
    { name: "a shape that does not fit", inputs: { data: six, shape: [3, 3] }, message: /\[3, 3\] has 9 .* has 6/ },
    { name: "no axis", inputs: { data: six, shape: [] }, message: /at least one axis/ },
    { name: "half an axis", inputs: { data: six, shape: [1.5, 4] }, message: /\[1.5, 4\]/ },
    { name: "other numbers of rows", inputs: { data: six, shape: [2, 3] }, message: /2 rows, targets 3/ },
    { name: "floats as integers", inputs: { data: six, shape: [3, 2], dtype: "int32" }, message: /float32 .* int32/ },
    { name: "float64 without a dtype", inputs: { data: Float64Array.of(1, 2, 3) }, message: /no float64.*"float32"/ },
    { name: "scaled integers", inputs: { data: bytes, shape: [3, 2], dtype: "int32", scale: 2 }, message: /float32/ },
    { name: "scale 0", inputs: { data: bytes, shape: [3, 2], scale: 0 }, message: /scale must be/ },
    {
      name: "std 0",
      inputs: { data: bytes, shape: [3, 2], normalize: { mean: 0, std: 0 } },
      message: /positive std.*std 0/,
    },
    {
      name: "means for other channels",
      inputs: { data: bytes, shape: [3, 2], normalize: { mean: [1, 2, 3], std: 1 } },
      message: /mean has 3 numbers, expected 2/,
    },
  ])("refuses $name", ({ inputs, message }) => {
    expect(() => arrayDataset({ inputs, targets })).toThrow(message);
  });

  it("refuses rows that do not exist and arrays of the wrong length", () => {
    const dataset = arrayDataset({ inputs: { data: six, shape: [3, 2] }, targets });
    expect(() => read(dataset, [3])).toThrow(/row 3 does not exist, there are 3/);
    expect(() => dataset.fill(Uint32Array.of(0), new Float32Array(3), new Int32Array(1))).toThrow(/2 elements.*has 3/);
  });
});

describe("Subset", () => {
  const dataset = arrayDataset({ inputs: { data: Float32Array.of(10, 20, 30) }, targets });

  it("reads the rows chosen, also from another subset", () => {
    const view = new Subset(new Subset(dataset, [2, 0]), [1, 0, 0]);
    expect(view.length).toBe(3);
    expect(read(view, [0, 1, 2])).toEqual({ inputs: [10, 30, 30], targets: [7, 9, 9] });
  });

  it.each([[[3]], [[-1]], [[0.5]]])("refuses rows %j", (rows) => {
    expect(() => new Subset(dataset, rows)).toThrow(/does not exist/);
  });

  it("refuses rows beyond the view", () => {
    expect(() => read(new Subset(dataset, [0]), [1])).toThrow(/row 1 does not exist, the view has 1/);
  });
});

describe("tensorDataset", () => {
  it("reads the rows of two tensors", async () => {
    const inputs = tensor([
      [1, 2],
      [3, 4],
    ]);
    const dataset = await tensorDataset({ inputs, targets: tensor([true, false]) });
    expect(dataset.inputs).toEqual({ dtype: "float32", shape: [2] });
    expect(dataset.targets).toEqual({ dtype: "bool", shape: [] });
    expect(read(dataset, [1, 0])).toEqual({ inputs: [3, 4, 1, 2], targets: [0, 1] });
  });
});
