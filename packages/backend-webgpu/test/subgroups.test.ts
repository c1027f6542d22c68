import * as T from "@minima/tensor";
import { setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { numbersSubgroups } from "../src/adapter/subgroups.ts";
import type { WebGpuOptions } from "../src/index.ts";
import { openBackend } from "./device.ts";
import { booleans, floats, integers } from "./values.ts";

/** The source of the kernels that reduce rows of several dtypes, and whether the device can number subgroups. */
async function reduce(options: WebGpuOptions): Promise<{ readonly source: string; readonly isNumbered: boolean }> {
  const { backend, device } = await openBackend(options);
  const sources: string[] = [];
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    sources.push(descriptor.code);
    return create(descriptor);
  };
  setBackend(backend);
  const axis = { axis: 1 };
  const results = [
    ...[T.sum, T.prod, T.amax, T.amin].map((fold) => fold(floats([2, 100]), axis)),
    ...[T.sum, T.amax].map((fold) => fold(integers([2, 100], -9, 9), axis)),
    ...[T.any, T.all].map((fold) => fold(booleans([2, 100]), axis)),
  ];
  await T.run(...results);
  const source = sources.join("\n");
  const isNumbered = await numbersSubgroups(device);
  backend.dispose();
  return { source, isNumbered };
}

describe("reductions of a workgroup", () => {
  it("combine the values of subgroups where the device has them", async () => {
    const { source, isNumbered } = await reduce({});
    const operations = ["Add", "Mul", "Max", "Min", "Any", "All"].filter((name) => source.includes(`subgroup${name}(`));
    expect(operations).toEqual(isNumbered ? ["Add", "Mul", "Max", "Min", "Any", "All"] : []);
    expect(source).not.toMatch(/subgroup_size/); // it may be any
  });

  it("go without where the feature is not turned on", async () => {
    const { source, isNumbered } = await reduce({ features: [] });
    expect(isNumbered).toBe(false);
    expect(source).not.toContain("subgroup");
  });
});
