import * as T from "@minima/tensor";
import { type DeviceBuffer, setBackend } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeviceLostError, KernelError, NoAdapterError, type WebGpuBackend, webgpu } from "../src/index.ts";
import { Layouts } from "../src/program/layouts.ts";
import { Pipelines } from "../src/program/pipelines.ts";
import { ProgressCounter } from "../src/program/progress.ts";
import type { WebGpuProgram } from "../src/program/program.ts";
import { openBackend, softwareAdapter } from "./device.ts";
import { increment, noScalars } from "./steps.ts";

let backend: WebGpuBackend;
let device: GPUDevice;
beforeEach(async () => {
  ({ backend, device } = await openBackend());
});
afterEach(async () => {
  await backend.idle().catch(() => undefined);
  backend.dispose();
});

describe("kernels and adapters", () => {
  it("a kernel that does not compile is named with its line, and its outputs cannot be read", async () => {
    const pipelines = new Pipelines(device, new Layouts(device), new ProgressCounter(undefined));
    const kernel = { label: "step 3: loop [4] add", operands: [], usesScalars: false, workgroups: [1, 1] } as const;
    const pipeline = pipelines.get({ ...kernel, source: "@compute @workgroup_size(1)\nfn main() {\n  let x = y;\n}" });
    await pipeline.ready;
    expect(pipeline.error).toBeInstanceOf(KernelError);
    expect(pipeline.error?.message).toMatch(/"step 3: loop \[4\] add"[^]*line 3:11[^]*3 \| {3}let x = y;/);
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
    const program = backend.compile([increment(4)]);
    backend.submit(program, { buffers: [x, x], scalars: noScalars }); // read and written at once
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    await expect(backend.read(y, "float32", 4)).rejects.toThrow(/refused "step 0: loop \[4\] add"/);
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

describe("a device that is lost", () => {
  function holding(...values: number[]): DeviceBuffer {
    const buffer = backend.allocate(4 * values.length);
    backend.write(buffer, Float32Array.from(values));
    return buffer;
  }

  it("rejects every pending read with DeviceLostError, wherever it waits", async () => {
    const [x, y] = [holding(1, 2), holding(3, 4)];
    await backend.idle();
    const onItsWay = backend.read(x, "float32", 2);
    await new Promise((resolve) => setImmediate(resolve)); // it is copied
    const copies = backend.stats().copies;
    const askedFor = backend.read(y, "float32", 2);
    backend.submit(backend.compile([increment(2)]), { buffers: [x, y], scalars: noScalars });
    const behindPipelines = backend.read(y, "float32", 2);
    const [ready, idle] = [backend.ready(), backend.idle()];
    expect(backend.stats()).toMatchObject({ copies, submits: 0 });
    device.destroy();
    const ends = await Promise.allSettled([onItsWay, askedFor, behindPipelines, ready, idle]);
    for (const end of ends) {
      const reason: unknown = end.status === "rejected" ? end.reason : expect.fail("it was not rejected");
      expect(reason).toBeInstanceOf(DeviceLostError);
      expect(String(reason)).toContain("the device was lost (destroyed)");
    }
    await expect(backend.read(x, "float32", 2)).rejects.toThrow(DeviceLostError);
  });

  it("holds nothing any more, and takes nothing", async () => {
    const [x, y] = [holding(1, 2), holding(0, 0)];
    const program = backend.compile([increment(2)]);
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    await backend.read(y, "float32", 2);
    device.destroy();
    await device.lost;
    expect(backend.stats()).toMatchObject({ buffers: 0, bytes: 0, ownBytes: 0, totalBytes: 0, running: 0 });
    expect(() => backend.allocate(16)).toThrow(DeviceLostError);
    expect(() => backend.write(x, new Float32Array(2))).toThrow(DeviceLostError);
    expect(() => backend.submit(program, { buffers: [x, y], scalars: noScalars })).toThrow(DeviceLostError);
    backend.free(x); // by whoever held it
    expect(backend.stats()).toMatchObject({ buffers: 0, bytes: 0 });
    await expect(backend.ready()).rejects.toThrow(DeviceLostError);
  });

  it("fails what is computed on it, and leaves another backend alone", async () => {
    setBackend(backend);
    const x = T.add(T.arange(4), 1);
    const pending = x.data();
    device.destroy();
    await expect(pending).rejects.toThrow(DeviceLostError);
    await expect(T.mul(x, 2).data()).rejects.toThrow(DeviceLostError);
    const next = await openBackend();
    setBackend(next.backend);
    expect([...(await T.add(T.arange(4), 1).data())]).toEqual([1, 2, 3, 4]);
    next.backend.dispose();
  });

  it("is what a backend is when it was disposed of", async () => {
    const x = holding(1, 2);
    const pending = backend.read(x, "float32", 2);
    backend.dispose();
    await expect(pending).rejects.toThrow("webgpu: the backend was disposed of");
    await expect(backend.read(x, "float32", 2)).rejects.toThrow(DeviceLostError);
    backend.dispose();
  });
});
