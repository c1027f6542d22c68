import { cpu } from "@minima/backend-cpu";
import {
  type Step,
  add,
  conv2d,
  matmul,
  maxPool2d,
  maxPool2dWithIndices,
  relu,
  run,
  setBackend,
  tensor,
} from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { profileLines } from "../src/bench/profile/profile.ts";
import { profilingBackend } from "../src/bench/profile/profiling-backend.ts";

function filled(...shape: number[]) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    { shape },
  );
}

describe("the profile of a program", () => {
  it("times every step and changes no value", async () => {
    const make = () => {
      const images = relu(conv2d(filled(2, 1, 8, 8), filled(3, 1, 3, 3), { padding: 1 }));
      return add(matmul(maxPool2d(images, 2).reshape([2, 48]), filled(48, 5)), 1);
    };
    setBackend(cpu());
    const want = await make().data();
    const { backend, steps } = profilingBackend(cpu());
    setBackend(backend);
    for (let i = 0; i < 4; i++) expect(await make().data()).toEqual(want);
    const kinds = steps().map(({ step }) => step.kind);
    expect(kinds).toEqual(expect.arrayContaining(["conv", "matmul", "maxPool"]));
    for (const { times } of steps()) {
      expect(times).toHaveLength(4);
      expect(Math.min(...times)).toBeGreaterThan(0);
    }
  });

  it("keeps indices of maxima and what they pick together", async () => {
    const { backend, steps } = profilingBackend(cpu());
    setBackend(backend);
    const { values, indices } = maxPool2dWithIndices(filled(2, 3, 8, 8), 2);
    await run(values, indices);
    expect(steps().map(({ step }) => step.kind)).toEqual(["poolIndex"]);
  });

  it("is printed slowest first, with the rate of products", async () => {
    const { backend, steps } = profilingBackend(cpu());
    setBackend(backend);
    const [a, b] = [filled(64, 64), filled(64, 64)];
    for (let i = 0; i < 3; i++) await run(matmul(a, b));
    const [{ step }] = steps();
    const slow = { step, times: [4, 4, 4] };
    const fast = { step: { ...step, m: 32 } as Step, times: [0.5, 0.25, 9] };
    const once = { step, times: [100, 100] };
    const lines = profileLines([fast, slow, once]);
    expect(lines[0]).toMatch(/^ +4\.000 ms +88\.9 % +0\.1 GFLOP\/s {2}#\d+ = matmul 64x64 by 64x64: #\d+ · #\d+$/);
    expect(lines[1]).toMatch(/^ +0\.500 ms +11\.1 % +0\.5 GFLOP\/s/);
    expect(lines.slice(2)).toEqual(["    4.500 ms in 2 steps"]);
  });
});
