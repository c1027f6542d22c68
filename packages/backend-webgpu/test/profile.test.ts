import * as T from "@minima/tensor";
import { ValueError, reference, setBackend } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebGpuBackend, profile } from "../src/index.ts";
import { touchedBytes } from "../src/profile/touched-bytes.ts";
import { openBackend } from "./device.ts";
import { increment, noScalars } from "./steps.ts";

let backend: WebGpuBackend;
beforeEach(async () => {
  ({ backend } = await openBackend());
  setBackend(backend);
});
afterEach(async () => {
  await backend.idle();
  backend.dispose();
});

describe("a profile", () => {
  it("counts submits, dispatches, copies, pipelines, and bytes bound, by kernel", async () => {
    const x = T.tensor(new Float32Array(1000).fill(2));
    const work = async (): Promise<void> => {
      expect((await T.add(x, 1).data())[0]).toBe(3);
      expect((await T.matmul(T.reshape(x, [10, 100]), T.reshape(x, [100, 10])).data())[0]).toBe(400);
    };
    await T.mul(x, 3).data(); // before: not counted
    const first = await profile(work);
    expect(first).toMatchObject({ submits: 2, dispatches: 2, copies: 2, pipelines: 2 });
    expect(first.bytes).toBe(4 * (1000 + 1000) + 4 * (1000 + 1000 + 100)); // the product binds its value twice
    const sum = first.kernels.find(({ label }) => label === "step 0: loop [1000] add");
    expect(sum).toMatchObject({ dispatches: 1, bytes: 8000 });
    const again = await profile(async () => {
      await work();
      await work();
    });
    expect(again).toMatchObject({ submits: 4, dispatches: 4, copies: 4, pipelines: 0, bytes: 2 * first.bytes });
    expect(again.kernels.find(({ label }) => label === sum?.label)).toMatchObject({ dispatches: 2, bytes: 16000 });
    const labels = again.kernels.map(({ label }) => label).toSorted();
    expect(labels).toEqual(first.kernels.map(({ label }) => label).toSorted());
  });

  it("has the GPU's time of each kernel where the device has timestamp-query", async () => {
    expect(backend.features.has("timestamp-query")).toBe(true); // SwiftShader
    const a = T.tensor(new Float32Array(128 ** 2), { shape: [128, 128] });
    const b = T.tensor(new Float32Array(10));
    const work = (): Promise<unknown> => Promise.all([T.matmul(a, a).data(), T.add(b, 1).data()]);
    await work();
    // On a busy machine any kernel may be held up once, but not the same one every time.
    const least = { matmul: Infinity, add: Infinity };
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      const { kernels } = await profile(work);
      const elapsed = performance.now() - start;
      expect(kernels).toHaveLength(2);
      const times = kernels.map(({ gpuMs }) => gpuMs ?? expect.fail("no time"));
      expect(times[0]).toBeGreaterThanOrEqual(times[1]); // the slowest first
      expect(times[1]).toBeGreaterThanOrEqual(0); // it is rounded to 0.1 ms
      expect(times[0] + times[1]).toBeLessThan(elapsed);
      const isProduct = kernels.map(({ label }) => label.includes("matmul"));
      least.matmul = Math.min(least.matmul, times[isProduct.indexOf(true)]);
      least.add = Math.min(least.add, times[isProduct.indexOf(false)]);
    }
    expect(least.matmul).toBeGreaterThan(least.add);
  });

  it("has no times, and the same counts, where it has not", async () => {
    const { backend: plain } = await openBackend({ features: [] });
    const work = (): Promise<unknown> => T.softmax(T.ones([20, 30])).data();
    const timed = await profile(work);
    setBackend(plain);
    const untimed = await profile(work);
    expect(untimed.kernels.map(({ gpuMs, ...counts }) => [gpuMs, counts])).toEqual(
      timed.kernels.map(({ gpuMs: _, ...counts }) => [undefined, counts]),
    );
    expect(untimed.bytes).toBe(timed.bytes);
    plain.dispose();
  });

  it("gives the results that the work gives without it", async () => {
    const build = (): Promise<T.TypedArray> => T.softmax(T.mul(T.arange(600).reshape([20, 30]), 0.1)).data();
    const plain = await build();
    let profiled: T.TypedArray | undefined;
    await profile(async () => (profiled = await build()));
    expect(profiled).toEqual(plain);
  });

  it("holds nothing afterwards, also when the work fails", async () => {
    const work = (): Promise<unknown> => T.add(T.arange(100), 1).data();
    await work();
    const before = backend.stats();
    await profile(work);
    await expect(profile(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await profile(work);
    expect(backend.stats().totalBytes).toBeLessThanOrEqual(before.totalBytes + 3 * 512);
  });

  it("is of one piece of work at a time, on a WebGPU backend", async () => {
    const both = Promise.allSettled([profile(() => T.ones([2]).data()), profile(() => T.ones([2]).data())]);
    expect((await both).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    setBackend(reference());
    await expect(profile(() => Promise.resolve())).rejects.toThrow(ValueError);
    await expect(profile(() => Promise.resolve())).rejects.toThrow("setBackend(await webgpu())");
  });
});

describe("bytes that a loop touches", () => {
  it("are those of the elements it names, each access once", () => {
    const step = increment(100);
    expect(touchedBytes(step)).toEqual(
      new Map([
        [0, 400],
        [1, 400],
      ]),
    );
    expect(step.kind === "loop" && touchedBytes({ ...step, outer: [100, 7] })?.get(0)).toBe(400); // stride 0
    const twice = step.kind === "loop" ? step : expect.fail();
    const instructions = [...twice.instructions, twice.instructions[0]];
    expect(touchedBytes({ ...twice, instructions })?.get(0)).toBe(400);
  });

  it("count no more than the part of a value", async () => {
    const program = backend.compile([increment(16)]);
    const [x, y] = [backend.allocate(4000), backend.allocate(64)];
    backend.write(x, new Float32Array(1000));
    const { bytes } = await profile(async () => {
      backend.submit(program, { buffers: [x, y], scalars: noScalars });
      await backend.read(y, "float32", 16);
    });
    expect(bytes).toBe(128);
  });
});
