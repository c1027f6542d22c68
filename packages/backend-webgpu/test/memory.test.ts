import * as T from "@minima/tensor";
import { OutOfMemoryError, Variable, setBackend } from "@minima/tensor";
import { describe, expect, it, vi } from "vitest";
import type { GpuBuffer } from "../src/memory/gpu-buffer.ts";
import type { WebGpuProgram } from "../src/program/program.ts";
import { openBackend } from "./device.ts";
import { increment, noScalars } from "./steps.ts";

const MiB = 2 ** 20;

describe("memory", () => {
  it("is used again, counted, and destroyed when too much of it is idle", async () => {
    const { backend, device } = await openBackend();
    const create = vi.spyOn(device, "createBuffer");
    const first = backend.allocate(MiB);
    expect(backend.stats()).toMatchObject({ buffers: 1, bytes: MiB, ownBytes: 0, totalBytes: MiB });
    backend.free(first);
    expect(backend.stats()).toMatchObject({ buffers: 0, bytes: 0, ownBytes: MiB, totalBytes: MiB });
    expect(backend.allocate(MiB - 5)).toBe(first);
    expect(create).toHaveBeenCalledTimes(1);

    const large = Array.from({ length: 5 }, () => backend.allocate(64 * MiB));
    const destroyed = large.map((buffer) => vi.spyOn((buffer as GpuBuffer).gpu, "destroy"));
    for (const buffer of large) backend.free(buffer);
    await backend.idle();
    expect(destroyed.map((spy) => spy.mock.calls.length)).toEqual([1, 0, 0, 0, 0]); // 256 MiB may be idle
    expect(backend.stats()).toMatchObject({ buffers: 1, bytes: MiB, totalBytes: 257 * MiB });
    expect(() => backend.free(large[1])).toThrow("not in use");
    backend.dispose();
    expect(destroyed.map((spy) => spy.mock.calls.length)).toEqual([1, 1, 1, 1, 1]);
    expect(backend.stats()).toMatchObject({ buffers: 0, bytes: 0, ownBytes: 0, totalBytes: 0 });
  });

  it("is held by three programs at a time, however many are submitted", async () => {
    const { backend, device } = await openBackend();
    const program = backend.compile([increment(1024)]) as WebGpuProgram;
    await program.ready;
    const buffers = [backend.allocate(4096), backend.allocate(4096)];
    backend.write(buffers[0], new Float32Array(1024));
    await backend.idle();
    let most = 0;
    const done = device.queue.onSubmittedWorkDone.bind(device.queue);
    device.queue.onSubmittedWorkDone = () => {
      most = Math.max(most, backend.stats().running + 1); // asked for behind each program, but not behind a copy
      return done();
    };
    for (let i = 0; i < 20; i++) {
      backend.submit(program, { buffers, scalars: noScalars });
      buffers.reverse();
    }
    expect(backend.stats()).toMatchObject({ submits: 3, running: 3 });
    const last = await backend.read(buffers[0], "float32", 1024); // waits behind all of them
    expect(last.every((value) => value === 20)).toBe(true);
    expect(backend.stats().submits).toBe(20);
    expect(most).toBe(3);
    device.queue.onSubmittedWorkDone = done;
    await backend.ready();
    expect(backend.stats().running).toBeLessThan(3);
    await backend.idle();
    backend.dispose();
  });

  it("beyond what a kernel can bind is refused with the limit's name and what to do", async () => {
    const limits = [
      { limits: { maxStorageBufferBindingSize: MiB }, name: "1.00 MiB by maxStorageBufferBindingSize" },
      { limits: { maxBufferSize: MiB / 2 }, name: "512 KiB by maxBufferSize" },
    ];
    for (const { limits: lower, name } of limits) {
      const { backend } = await openBackend({ limits: lower });
      setBackend(backend);
      const before = backend.stats();
      const large = T.ones([600, 1000]).add(T.arange(1000));
      await expect(large.data()).rejects.toThrow(OutOfMemoryError);
      await expect(large.data()).rejects.toThrow(`a tensor of 2.29 MiB is more than a kernel can use`);
      await expect(large.data()).rejects.toThrow(`${name}. Work on smaller tensors: a smaller batch`);
      expect(backend.stats()).toMatchObject({ buffers: before.buffers, submits: before.submits });
      expect((await T.ones([10]).add(1).data())[9]).toBe(2); // and others go on
      backend.dispose();
    }
  });
});

describe("a device without the memory", () => {
  // SwiftShader has 1 GiB in all, and gives what is asked for to the byte.
  const elements = 2 ** 28;

  it("fails the program with what was asked and who holds what, and goes on with smaller ones", async () => {
    const { backend } = await openBackend();
    setBackend(backend);
    const state = new Variable(T.tensor(new Float32Array(MiB)), { name: "state" });
    await T.add(state, 1).data();
    await T.add(state, 1).data();
    const large = T.add(T.zeros([elements]), T.arange(elements));
    const failing = large.data();
    await expect(failing).rejects.toThrow(OutOfMemoryError);
    await expect(failing).rejects.toThrow(/no memory for a buffer of 1\.00 GiB \(.*OUT_OF_DEVICE_MEMORY\)/);
    await expect(failing).rejects.toThrow(/Held now: .* by variables.* by webgpu itself\. .*the last snapshot/);
    await expect(failing).rejects.not.toThrow("validation");
    expect((await T.add(state, 2).data())[5]).toBe(2);
    await backend.idle();
    backend.dispose();
  });

  it("fails the step that waits for it, and what is computed from it", async () => {
    const { backend } = await openBackend();
    const [small, large] = [backend.allocate(16), backend.allocate(4 * elements)];
    const program = backend.compile([increment(4)]);
    backend.write(large, new Float32Array(4));
    backend.submit(program, { buffers: [large, small], scalars: noScalars });
    const next = backend.allocate(16);
    backend.submit(program, { buffers: [small, next], scalars: noScalars });
    await expect(backend.ready()).rejects.toThrow(OutOfMemoryError);
    await backend.ready(); // told once
    for (const buffer of [large, small, next]) {
      await expect(backend.read(buffer, "float32", 4)).rejects.toThrow(OutOfMemoryError);
    }
    backend.write(small, Float32Array.of(1, 2, 3, 4));
    backend.submit(program, { buffers: [small, next], scalars: noScalars });
    expect([...(await backend.read(next, "float32", 4))]).toEqual([2, 3, 4, 5]);
    backend.free(large);
    expect(backend.allocate(4 * elements)).not.toBe(large); // it is not handed out again
    await backend.idle();
    backend.dispose();
  });
});
