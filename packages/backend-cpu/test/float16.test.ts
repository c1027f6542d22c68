import { DTypeError, add, setBackend, tensor, zeros } from "@minima/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { cpu } from "../src/index.ts";

beforeEach(() => setBackend(cpu({ threads: 1 })));

describe("float16 on the CPU", () => {
  it("is refused at the operation that would give it", () => {
    expect(() => tensor([1], { dtype: "float16" })).toThrow(DTypeError);
    expect(() => tensor([1]).cast("float16")).toThrow(
      'cast: cpu has no float16 here; use float32 (.cast("float32")), or WebGPU on a device with "shader-f16"',
    );
  });

  it("is refused when it runs, where it was on no device before", async () => {
    const x = zeros([2], { dtype: "float16" });
    await expect(add(x, 1).data()).rejects.toThrow(/^(fill|add|cast): cpu has no float16 here/);
  });
});
