import * as T from "@minima/tensor";
import { setBackend, tensor } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WebGpuBackend } from "../src/index.ts";
import { testBackend } from "./device.ts";
import { increment, noScalars, nonZero } from "./steps.ts";

let backend: WebGpuBackend;
beforeEach(async () => {
  backend = await testBackend();
  setBackend(backend);
});
afterEach(async () => {
  await backend.idle().catch(() => undefined);
  backend.dispose();
});

describe("the WebGPU backend", () => {
  it("runs writes, programs and reads in the order of the calls, also while pipelines are compiled", async () => {
    const [x, y] = [backend.allocate(16), backend.allocate(16)];
    const program = backend.compile([increment(4)]);
    const source = Float32Array.of(1, 2, 3, 4);
    backend.write(x, source);
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    const first = backend.read(y, "float32", 4);
    backend.write(x, Float32Array.of(10, 20, 30, 40));
    source.fill(0); // the first write has copied it
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    const second = backend.read(y, "float32", 4);
    backend.write(y, new Float32Array(4));
    expect([...(await first)]).toEqual([2, 3, 4, 5]);
    expect([...(await second)]).toEqual([11, 21, 31, 41]);
    expect([...(await backend.read(y, "float32", 4))]).toEqual([0, 0, 0, 0]);
  });

  it("gives a freed buffer to the next value at once", async () => {
    const first = backend.allocate(1000);
    backend.write(first, new Float32Array(250).fill(7));
    const read = backend.read(first, "float32", 250);
    backend.free(first);
    const second = backend.allocate(1000);
    expect(second).toBe(first);
    backend.write(second, new Float32Array(250).fill(8));
    expect((await read)[249]).toBe(7);
  });

  it("counts buffers, bytes, submits, dispatches and pipelines", async () => {
    const before = backend.stats();
    const x = tensor(new Float32Array(1000));
    const y = T.softmax(T.add(x, 1).reshape([10, 100]), 1);
    await y.data();
    const after = backend.stats();
    expect(after.submits - before.submits).toBe(1);
    expect(after.dispatches - before.dispatches).toBe(1);
    expect(after.pipelines - before.pipelines).toBe(1);
    expect(after.copies - before.copies).toBe(1);
    expect(after.buffers).toBe(1);
    expect(after.bytes).toBe(4096);
    expect(after.totalBytes).toBeGreaterThan(after.bytes);
    await T.softmax(T.add(tensor(new Float32Array(1000)), 1).reshape([10, 100]), 1).data();
    expect(backend.stats().pipelines).toBe(after.pipelines);
  });

  it.each([1, 2, 3, 4, 5, 7])("writes %i bytes, and leaves those behind them alone", async (count) => {
    const [x, y] = [backend.allocate(32), backend.allocate(8)];
    backend.write(x, Float32Array.of(1, 0, 2, 3, 0, 0, 4, 5));
    backend.write(y, new Uint8Array(8).fill(9)); // as a step has written the end of a join before its beginning
    backend.submit(backend.compile([nonZero(count)]), { buffers: [x, y], scalars: noScalars });
    const expected = [1, 0, 1, 1, 0, 0, 1, 1].map((bit, i) => (i < count ? bit : 9));
    expect([...(await backend.read(y, "uint8", 8))]).toEqual(expected);
  });

  it("keeps bytes of any number", async () => {
    const buffer = backend.allocate(7);
    backend.write(buffer, Uint8Array.of(1, 2, 3, 4, 5, 6, 255));
    expect([...(await backend.read(buffer, "uint8", 7))]).toEqual([1, 2, 3, 4, 5, 6, 255]);
    expect([...(await backend.read(buffer, "bool", 3))]).toEqual([1, 2, 3]);
    expect([...(await backend.read(buffer, "uint8", 0))]).toEqual([]);
  });

  it("spreads workgroups over two dimensions where one does not hold them", async () => {
    const narrow = await testBackend({ limits: { maxComputeWorkgroupsPerDimension: 7 } });
    setBackend(narrow);
    const size = 7 * 64 * 5 + 100;
    expect([...(await T.add(T.arange(size), 0.5).data())]).toEqual(Array.from({ length: size }, (_, i) => i + 0.5));
    const sums = await T.sum(T.arange(40 * 50).reshape([40, 50]), { axis: 1 }).data(); // a workgroup a row
    expect([...sums]).toEqual(Array.from({ length: 40 }, (_, i) => 2500 * i + 1225));
    const product = await T.matmul(T.ones([150, 3]), T.arange(3 * 40).reshape([3, 40])).data();
    expect(product.every((value, i) => value === 120 + 3 * (i % 40))).toBe(true);
    await narrow.idle();
    narrow.dispose();
  });

  it("works with as few buffers a kernel as the standard guarantees", async () => {
    const small = await testBackend({ limits: { maxStorageBuffersPerShaderStage: 8 } });
    setBackend(small);
    expect(small.profile.maxSlotsPerStep).toBe(8);
    const parts = Array.from({ length: 12 }, (_, i) => tensor(new Float32Array(10).fill(i)));
    const total = parts.reduce((sum, part, i) => T.add(sum, T.mul(part, i)));
    expect((await total.data())[9]).toBe(506);
    expect([...(await T.concat(parts).data())]).toHaveLength(120);
    await small.idle();
    small.dispose();
  });
});
