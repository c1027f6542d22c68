import * as T from "@minima/tensor";
import { OutOfMemoryError, type Step, setBackend, tensor } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeviceLostError, KernelError, NoAdapterError, type WebGpuBackend, webgpu } from "../src/index.ts";
import { Layouts } from "../src/program/layouts.ts";
import { Pipelines } from "../src/program/pipelines.ts";
import type { WebGpuProgram } from "../src/program/program.ts";
import { softwareGpu } from "../src/software/index.ts";
import { testBackend } from "./device.ts";

let backend: WebGpuBackend;
beforeEach(async () => {
  backend = await testBackend();
  setBackend(backend);
});
afterEach(async () => {
  await backend.idle().catch(() => undefined);
  backend.dispose();
});

/** out[i] = x[i] + 1 for n floats, from slot 0 to slot 1. */
function increment(n: number): Step {
  const access = { dtype: "float32", offset: 0, strides: [1] } as const;
  return {
    kind: "loop",
    outer: [n],
    inner: [],
    instructions: [
      { op: "load", slot: 0, ...access },
      { op: "constant", value: 1, dtype: "float32" },
      { op: "add", dtype: "float32", a: 0, b: 1 },
    ],
    phases: [{ inner: false, reductions: [], stores: [{ slot: 1, ...access, value: 2 }] }],
  };
}

async function softwareAdapter(): Promise<GPUAdapter> {
  return (await (await softwareGpu()).requestAdapter()) as GPUAdapter;
}

const noScalars = new Uint32Array(0);

describe("the WebGPU backend", () => {
  it("runs writes, programs and reads in the order of the calls, also while pipelines are compiled", async () => {
    const [x, y] = [backend.allocate(16), backend.allocate(16)];
    const program = await backend.compile([increment(4)]);
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

  it("keeps bytes of any number", async () => {
    const buffer = backend.allocate(7);
    backend.write(buffer, Uint8Array.of(1, 2, 3, 4, 5, 6, 255));
    expect([...(await backend.read(buffer, "uint8", 7))]).toEqual([1, 2, 3, 4, 5, 6, 255]);
    expect([...(await backend.read(buffer, "bool", 3))]).toEqual([1, 2, 3]);
    expect([...(await backend.read(buffer, "uint8", 0))]).toEqual([]);
  });

  it("says that it cannot be read without waiting", () => {
    expect(() => T.add(tensor([1]), 1).dataSync()).toThrow("await tensor.data()");
  });

  it("refuses more memory than a kernel can use, naming the limits", () => {
    expect(() => backend.allocate(2 ** 40)).toThrow(OutOfMemoryError);
    expect(() => backend.allocate(2 ** 40)).toThrow(/maxStorageBufferBindingSize/);
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

describe("faults", () => {
  it("a kernel that does not compile is named with its line, and its outputs cannot be read", async () => {
    const device = await (await softwareAdapter()).requestDevice();
    const pipelines = new Pipelines(device, new Layouts(device));
    const kernel = { label: "step 3: loop [4] add", operands: [], usesScalars: false, workgroups: [1, 1] } as const;
    const pipeline = pipelines.get({ ...kernel, source: "@compute @workgroup_size(1)\nfn main() {\n  let x = y;\n}" });
    await pipeline.ready;
    expect(pipeline.error).toBeInstanceOf(KernelError);
    expect(pipeline.error?.message).toMatch(/"step 3: loop \[4\] add"[^]*line 3:11[^]*3 \| {3}let x = y;/);
    device.destroy();
  });

  it("a buffer that a failed program should have written rejects when it is read", async () => {
    const [x, y, z] = [backend.allocate(16), backend.allocate(16), backend.allocate(16)];
    backend.write(x, new Float32Array(4));
    const program = backend.compile([increment(4)]) as WebGpuProgram;
    const [{ pipeline }] = program.dispatches;
    await program.ready;
    pipeline.error = new KernelError("as if it had not compiled");
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    pipeline.error = null;
    backend.submit(program, { buffers: [y, z], scalars: noScalars });
    await expect(backend.read(z, "float32", 4)).rejects.toThrow("as if it had not compiled");
    expect([...(await backend.read(x, "float32", 4))]).toEqual([0, 0, 0, 0]);
  });

  it("work that the device refuses rejects the next read", async () => {
    const [x, y] = [backend.allocate(16), backend.allocate(16)];
    const program = await backend.compile([increment(4)]);
    backend.submit(program, { buffers: [x, x], scalars: noScalars }); // read and written at once
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    await expect(backend.read(y, "float32", 4)).rejects.toThrow(/refused "step 0: loop \[4\] add"/);
  });

  it("a backend that was disposed of rejects reads", async () => {
    const x = backend.allocate(16);
    backend.dispose();
    await expect(backend.read(x, "float32", 4)).rejects.toThrow(DeviceLostError);
  });

  it("without an adapter the error says what was looked for and what to do", async () => {
    const gpu = { requestAdapter: () => Promise.resolve(null) };
    const failing = webgpu({ gpu, powerPreference: "low-power" });
    await expect(failing).rejects.toThrow(NoAdapterError);
    await expect(failing).rejects.toThrow(/"low-power"[^]*@minima\/backend-webgpu\/software/);
  });

  it("an adapter gives one device", async () => {
    const adapter = await softwareAdapter();
    const first = await webgpu({ adapter });
    await expect(webgpu({ adapter })).rejects.toThrow("An adapter gives one device");
    first.dispose();
  });
});
