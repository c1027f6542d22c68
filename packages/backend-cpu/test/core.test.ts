import { conv2d, type Device, indexSelect, matmul, maxPool2d, softmax, sort, tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { type CpuCoreOptions, convolutions, cpu as core, indexing, sorting } from "../src/core.ts";
import { cpu } from "../src/index.ts";

const values = Float32Array.from({ length: 256 }, (_, i) => Math.sin(3 * i));

const linear = (backend: Device) => {
  const x = tensor(values, { shape: [16, 16], backend });
  return softmax(matmul(x, x)).data();
};
const convolved = (backend: Device) => {
  const x = tensor(values, { shape: [1, 1, 16, 16], backend });
  const filter = tensor(values.slice(0, 18), { shape: [2, 1, 3, 3], backend });
  return maxPool2d(conv2d(x, filter), 2).data();
};
const sorted = (backend: Device) => sort(tensor(values, { backend })).values.data();
const picked = (backend: Device) => {
  const rows = tensor([3, 1, 3], { dtype: "int32", backend });
  return indexSelect(tensor(values, { shape: [16, 16], backend }), 0, rows).data();
};

describe("a backend of parts", () => {
  const cases: [string, CpuCoreOptions, (backend: Device) => Promise<unknown>][] = [
    ["products and loops, with nothing more", {}, linear],
    ["convolutions and pooling", { kernels: [convolutions] }, convolved],
    ["sorting", { kernels: [sorting] }, sorted],
    ["indexing", { kernels: [indexing] }, picked],
    ["all of them, with threads", { kernels: [convolutions, indexing, sorting], threads: 2 }, convolved],
  ];
  it.each(cases)("computes %s as the whole does", async (_, options, compute) => {
    expect(await compute(core(options))).toEqual(await compute(cpu()));
  });

  it.each([
    ["conv", "convolutions", convolved],
    ["argsort", "sorting", sorted],
    ["gather", "indexing", picked],
  ])("says of %s which set is missing, and goes on", async (kind, set, compute) => {
    const backend = core();
    const message = `cpu: this backend has no kernels for ${kind}; give cpu the set that has them: cpu({ kernels: [${set}] })`;
    await expect(async () => compute(backend)).rejects.toThrow(message);
    expect(await linear(backend)).toEqual(await linear(cpu()));
  });

  it("says what kernels are where something else is given", () => {
    const kernels = ["convolutions"] as unknown as CpuCoreOptions["kernels"];
    const message = "cpu: kernels holds convolutions; it takes sets of kernels: convolutions, indexing, sorting";
    expect(() => core({ kernels })).toThrow(message);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["threads -1", () => cpu({ threads: -1 }), /cpu: threads -1 must be an integer from 1 to/],
    ["threads 0", () => core({ threads: 0 }), /cpu: threads 0 must be an integer from 1 to/],
    ["threads 1.5", () => cpu({ threads: 1.5 }), /cpu: threads 1\.5 must be/],
    ["threads NaN", () => cpu({ threads: NaN }), /cpu: threads NaN must be/],
    ["relaxedSimd 1", () => cpu({ relaxedSimd: 1 as never }), /cpu: relaxedSimd 1 must be true, false or undefined/],
    ["vectorBits 512", () => cpu({ vectorBits: 512 as never }), /cpu: vectorBits 512 must be 128 or 256/],
    ["an option that is none", () => cpu({ thread: 2 } as never), /cpu: there is no option thread; there are threads, relaxedSimd, vectorBits, workerUrl/],
    ["another for the parts", () => core({ sets: [] } as never), /cpu: there is no option sets/],
    ["a number for options", () => cpu(4 as never), /cpu: the options are one object, not 4/],
    ["kernels for the whole", () => cpu({ kernels: [sorting] } as never), /cpu: there is no option kernels/],
  ])("refuses %s", (_, make, message) => expect(make).toThrow(message)); // prettier-ignore
});
