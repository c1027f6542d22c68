import type { Instruction } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { emitLoop, loopModule } from "../src/loop/index.ts";
import { ModuleBuilder, wasmFeatures } from "../src/wasm/index.ts";
import { runLoop, uniformFloats } from "./loop-runner.ts";
import { elementwise, load, reduction, softmax, store } from "./loop-steps.ts";

describe("modules", () => {
  it("give the same with relaxed SIMD, where the engine has it", ({ skip }) => {
    if (!wasmFeatures().relaxedSimd) skip("this engine has no relaxed SIMD");
    const tanh: Instruction = { op: "tanh", dtype: "float32", a: 0 };
    const steps = [softmax(3, 50, [50, 1]), elementwise([150], [load(0, [1]), tanh], [store(1, [1], 1)])];
    for (const step of steps) {
      const slots = new Map([
        [0, uniformFloats(150)],
        [1, new Float32Array(150)],
      ]);
      expect(runLoop(step, slots, undefined, [], { relaxed: true })).toEqual(runLoop(step, slots));
    }
  });

  it("import a shared memory if asked to", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const module = new WebAssembly.Module(
      loopModule(softmax(2, 5, [5, 1]), { relaxed: false, wide: false, shared: true }),
    );
    const { loop } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    (loop as (...parameters: number[]) => void)(0, 2, 64, 128, 0);
    expect(Array.from(new Float32Array(memory.buffer, 128, 5))).toEqual(new Array(5).fill(Math.fround(0.2)));
  });

  it("may hold several steps under names of their own", () => {
    const module = new ModuleBuilder().importMemory({ shared: false });
    emitLoop(module, softmax(2, 5, [5, 1]), { relaxed: false, wide: false, name: "first" });
    emitLoop(module, reduction("sum", [2], [3], { offset: 0, strides: [3, 1] }), {
      relaxed: false,
      wide: false,
      name: "second",
    });
    const names = WebAssembly.Module.exports(new WebAssembly.Module(module.toBytes())).map(({ name }) => name);
    expect(names).toEqual(["first", "second"]);
  });

  it("refuse an operation that the dtype does not have", () => {
    const step = elementwise(
      [1],
      [load(0, [1], { dtype: "int32" }), { op: "exp", dtype: "int32", a: 0 }],
      [store(1, [1], 1)],
    );
    expect(() => loopModule(step, { relaxed: false, wide: false, shared: false })).toThrow(
      /cannot compute exp of int32/,
    );
  });
});
