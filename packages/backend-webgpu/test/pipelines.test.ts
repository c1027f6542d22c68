import * as T from "@minima/tensor";
import { setBackend } from "@minima/tensor";
import { describe, expect, it, vi } from "vitest";
import type { CompileProgress } from "../src/index.ts";
import type { WebGpuProgram } from "../src/program/program.ts";
import { openBackend } from "./device.ts";
import { increment } from "./steps.ts";

describe("pipelines", () => {
  it("are compiled all at once, and told of one by one", async () => {
    const told: CompileProgress[] = [];
    const { backend, device } = await openBackend({ onProgress: (progress) => told.push(progress) });
    const create = vi.spyOn(device, "createComputePipelineAsync");
    const program = backend.compile([1, 2, 3].map((by) => increment(4, by))) as WebGpuProgram;
    expect(create).toHaveBeenCalledTimes(3);
    expect(told).toEqual([]);
    await program.ready;
    expect(told.map(({ compiled, total }) => [compiled, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(told.map(({ label }) => label).toSorted()).toEqual([0, 1, 2].map((step) => `step ${step}: loop [4] add`));
    backend.dispose();
  });

  it("are counted anew when none is on its way any more, and on when some are", async () => {
    const told: CompileProgress[] = [];
    const { backend } = await openBackend({ onProgress: (progress) => told.push(progress) });
    await (backend.compile([increment(4)]) as WebGpuProgram).ready;
    const first = backend.compile([increment(5)]) as WebGpuProgram;
    const second = backend.compile([increment(6), increment(7)]) as WebGpuProgram;
    await Promise.all([first.ready, second.ready]);
    expect(told.map(({ compiled, total }) => `${compiled} of ${total}`)).toEqual([
      "1 of 1",
      "1 of 3",
      "2 of 3",
      "3 of 3",
    ]);
    backend.dispose();
  });

  it("are compiled once for kernels that are the same", async () => {
    const told: CompileProgress[] = [];
    const { backend, device } = await openBackend({ onProgress: (progress) => told.push(progress) });
    const create = vi.spyOn(device, "createComputePipelineAsync");
    const programs = [[increment(8), increment(8)], [increment(8)]].map(
      (steps) => backend.compile(steps) as WebGpuProgram,
    );
    for (const { ready } of programs) await ready;
    expect((backend.compile([increment(8)]) as WebGpuProgram).ready).toBeNull();
    expect(create).toHaveBeenCalledTimes(1);
    expect(backend.stats().pipelines).toBe(1);
    expect(told).toHaveLength(1);
    backend.dispose();
  });
});

describe("bind groups", () => {
  it("are made once for the same buffers, those of scalars too", async () => {
    const { backend, device } = await openBackend();
    setBackend(backend);
    const state = new T.Variable(T.ones([10]));
    const create = vi.spyOn(device, "createBindGroup");
    const step = T.compile((by: T.Tensor) => state.assign(T.add(state, by)), { state: [state] });
    const made: number[] = [];
    for (let i = 0; i < 8; i++) {
      await step(i);
      made.push(create.mock.calls.length);
    }
    expect((await state.data())[9]).toBe(1 + 28);
    expect(made[0]).toBeGreaterThanOrEqual(2);
    expect(made.slice(-3)).toEqual([made[4], made[4], made[4]]); // the two versions of the variable alternate
    await backend.idle();
    backend.dispose();
  });
});
