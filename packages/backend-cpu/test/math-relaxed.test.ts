import { setFlagsFromString } from "node:v8";
import type { UnaryInstruction } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { wasmFeatures } from "../src/wasm/index.ts";
import { runLoop, type SlotArray } from "./loop-runner.ts";
import { seeded } from "./seeded.ts";
import { elementwise, load, store } from "./loop-steps.ts";

// Node 22 has relaxed SIMD without being asked, and does not know the flag any more.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

describe("with relaxed SIMD", () => {
  it("is tested", () => {
    expect(wasmFeatures().relaxedSimd).toBe(true);
  });

  const random = seeded(7);
  const bits = Uint32Array.from({ length: 2 ** 18 }, () => random() * 2 ** 32);
  const anything = new Float32Array(bits.buffer);
  const moderate = Float32Array.from(anything, () => random() * 40 - 20);
  const functions: UnaryInstruction[] = ["exp", "log", "tanh", "erf", "sin", "cos", "atan"];

  it.each(functions)("%s has the same bits", (op) => {
    for (const x of [anything, moderate]) {
      const step = elementwise([x.length], [load(0, [1]), { op, dtype: "float32", a: 0 }], [store(1, [1], 1)]);
      const slots = new Map<number, SlotArray>([
        [0, x],
        [1, new Float32Array(x.length)],
      ]);
      const [strict, other] = [false, true].map((relaxed) => {
        const { buffer } = runLoop(step, slots, new ArrayBuffer(16), [], { relaxed }).get(1) as SlotArray;
        return Buffer.from(buffer);
      });
      expect(other.equals(strict)).toBe(true);
    }
  });
});
