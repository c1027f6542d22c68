import { runInNewContext } from "node:vm";
import { arrayDataset, DataLoader, type HostArray } from "@minima/data";
import { mul, tensor, type Tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { testRefused, testValues } from "./values.ts";

/** Arrays that another realm made, as jest, workers and frames hand them over. */
const foreign = (code: string): never => runInNewContext(code) as never;
const of = (code: string): Tensor => tensor(foreign(code));

testValues("typed arrays are known by their kind", [
  ["Float64Array", () => tensor(Float64Array.of(0.5, 300)), [0.5, 300]],
  ["a long one rounds", () => mul(tensor(Float64Array.of(0.1, 1e300)), 1), [Math.fround(0.1), Infinity]],
  ["as another dtype", () => tensor(Float64Array.of(0.5, 300, -3.7), { dtype: "int32" }), [0, 300, -3]],
  ["Uint8ClampedArray", () => mul(tensor(Uint8ClampedArray.of(300, 7)), 2), [510, 14]],
  ["Int8Array", () => tensor(Int8Array.of(-128, 127)), [-128, 127]],
  ["Int16Array", () => tensor(Int16Array.of(-32768, 5)), [-32768, 5]],
  ["Uint16Array", () => tensor(Uint16Array.of(65535, 5)), [65535, 5]],
  ["part of a buffer", () => tensor(new Float32Array([1, 2, 3, 4]).subarray(1, 3)), [2, 3]],
  ["a foreign Float32Array", () => of("Float32Array.of(0.5, 300)"), [0.5, 300]],
  ["part of a foreign buffer", () => of("Float32Array.of(1, 2, 3, 4).subarray(1, 3)"), [2, 3]],
  ["a foreign Float64Array", () => of("Float64Array.of(0.25, -1)"), [0.25, -1]],
  ["a foreign Int32Array", () => mul(of("Int32Array.of(-5, 2 ** 31 - 1)"), 1), [-5, 2 ** 31 - 1]],
  ["a foreign Uint8Array", () => of("Uint8Array.of(255, 1)"), [255, 1]],
  ["as bool", () => tensor(foreign("Uint8Array.of(255, 0)"), { dtype: "bool" }), [1, 0]],
  ["a foreign nested array", () => of("[[1, 2], [3, 4]]"), [1, 2, 3, 4], [2, 2]],
  ["a foreign array of booleans", () => of("[true, false]"), [1, 0]],
]);

describe("their dtypes", () => {
  it.each([
    ["Float64Array.of(1)", "float32"],
    ["Float32Array.of(1)", "float32"],
    ["Int8Array.of(1)", "int32"],
    ["Uint16Array.of(1)", "int32"],
    ["Uint32Array.of(1)", "uint32"],
    ["Uint8ClampedArray.of(1)", "uint8"],
    ["Uint8Array.of(1)", "uint8"],
  ])("%s is %s", (code, dtype) => {
    expect(of(code).dtype).toBe(dtype);
    expect(tensor(globalThis.eval(code) as never).dtype).toBe(dtype);
  });
});

testRefused("views that have no dtype", [
  ["BigInt64Array", () => tensor(BigInt64Array.of(1n) as never), /^tensor: a BigInt64Array has no dtype here/],
  ["a foreign BigUint64Array", () => of("BigUint64Array.of(1n)"), /^tensor: a BigUint64Array has no dtype here/],
  ["DataView", () => tensor(new DataView(new ArrayBuffer(8)) as never), /^tensor: a DataView has no dtype here/],
]);

describe("a data set", () => {
  const batchOf = async (data: HostArray): Promise<number[]> => {
    const targets = { data: new Int32Array(2) };
    const [batch] = new DataLoader(arrayDataset({ inputs: { data, shape: [2, 1], scale: 1 / 255 }, targets }));
    return Array.from(await batch.inputs.data());
  };
  it.each([
    "Uint8Array.of(255, 0)",
    "Uint8ClampedArray.of(300, 0)",
    "Float32Array.of(255, 0)",
    "Int16Array.of(255, 0)",
  ])("takes %s of another realm", async (code) => {
    expect(await batchOf(foreign(code))).toEqual([1, 0]);
  });
  it("refuses what holds no numbers, by name", async () => {
    await expect(batchOf(foreign("BigInt64Array.of(1n, 2n)"))).rejects.toThrow(
      "inputs: expected a typed array of numbers, got BigInt64Array",
    );
  });
});
