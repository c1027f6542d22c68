import * as T from "@minima/tensor";
import { type DeviceBuffer, ValueError, setBackend } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WebGpuBackend } from "../src/index.ts";
import type { WebGpuProgram } from "../src/program/program.ts";
import { openBackend } from "./device.ts";
import { increment, noScalars } from "./steps.ts";

let backend: WebGpuBackend;
let device: GPUDevice;
beforeEach(async () => {
  ({ backend, device } = await openBackend());
  setBackend(backend);
});
afterEach(async () => {
  await backend.idle();
  backend.dispose();
});

function holding(...values: number[]): DeviceBuffer {
  const buffer = backend.allocate(4 * values.length);
  backend.write(buffer, Float32Array.from(values));
  return buffer;
}

/** Counts copies, staging buffers and maps. */
function counters() {
  const copies = backend.stats().copies;
  const create = vi.spyOn(device, "createBuffer");
  const staging = (): GPUBuffer[] => {
    const made = create.mock.results.map(({ value }) => value as GPUBuffer);
    return made.filter(({ label }) => label === "staging");
  };
  return () => ({ copies: backend.stats().copies - copies, staging: staging().length });
}

describe("reads", () => {
  it("of one turn share a copy, a staging buffer and a map", async () => {
    const buffers = [holding(1), holding(2, 3), holding(4, 5, 6), holding(7)];
    await backend.idle();
    const mapped = vi.spyOn(Object.getPrototypeOf(device.createBuffer({ size: 4, usage: 1 })) as GPUBuffer, "mapAsync");
    const count = counters();
    const reads = buffers.map((buffer, i) => backend.read(buffer, "float32", [1, 2, 3, 1][i]));
    const values = await Promise.all(reads);
    expect(values.map((value) => [...value])).toEqual([[1], [2, 3], [4, 5, 6], [7]]);
    expect(count()).toEqual({ copies: 1, staging: 1 });
    expect(mapped).toHaveBeenCalledTimes(1);
    mapped.mockRestore();
  });

  it("of tensors that are asked for together do too, each computed by a program of its own", async () => {
    const read = (): Promise<T.TypedArray[]> => {
      const tensors = [T.mul(T.arange(10), 2), T.add(T.ones([3]), 1), T.sum(T.arange(10))];
      return Promise.all(tensors.map((tensor) => tensor.data()));
    };
    await read(); // compiles the kernels
    const count = counters();
    const { submits } = backend.stats();
    const [a, b, c] = await read();
    expect([a[9], b[2], c[0]]).toEqual([18, 2, 45]);
    expect(backend.stats().submits - submits).toBe(3);
    expect(count()).toEqual({ copies: 1, staging: 0 });
  });

  it("see what a buffer held when they were asked for", async () => {
    const [x, y] = [holding(1, 2), holding(0, 0)];
    const program = backend.compile([increment(2)]);
    const count = counters();
    const before = backend.read(y, "float32", 2);
    const other = backend.read(x, "float32", 2);
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    const after = backend.read(y, "float32", 2);
    backend.write(y, Float32Array.of(9, 9));
    const last = backend.read(y, "float32", 2);
    expect([...(await before)]).toEqual([0, 0]);
    expect([...(await other)]).toEqual([1, 2]);
    expect([...(await after)]).toEqual([2, 3]);
    expect([...(await last)]).toEqual([9, 9]);
    expect(count().copies).toBe(3);
  });

  it("are not split by programs that write elsewhere", async () => {
    const [x, y, z] = [holding(1, 2), holding(0, 0), holding(5, 6)];
    const program = backend.compile([increment(2)]) as WebGpuProgram;
    await program.ready;
    const count = counters();
    const reads = [backend.read(x, "float32", 2), backend.read(z, "float32", 2)];
    backend.submit(program, { buffers: [x, y], scalars: noScalars });
    reads.push(backend.read(y, "float32", 2));
    expect((await Promise.all(reads)).map((value) => value[1])).toEqual([2, 6, 3]);
    expect(count().copies).toBe(1);
  });

  it("of many turns go round few staging buffers", async () => {
    const buffer = holding(...new Array<number>(100).fill(3));
    const count = counters();
    for (let i = 0; i < 30; i++) expect((await backend.read(buffer, "float32", 100))[99]).toBe(3);
    expect(count()).toEqual({ copies: 30, staging: 1 });
    const { totalBytes } = backend.stats();
    for (let i = 0; i < 30; i++) {
      const turns = Array.from({ length: 5 }, () => {
        const read = backend.read(buffer, "float32", 100);
        backend.write(buffer, new Float32Array(100).fill(3)); // so that each is a copy of its own
        return read;
      });
      await Promise.all(turns);
    }
    expect(count().staging).toBeLessThanOrEqual(1 + 30 * 2);
    expect(backend.stats().totalBytes - totalBytes).toBeLessThanOrEqual(4 * 512); // four may wait
  });

  it("cannot be had without waiting, and the error says how instead", () => {
    expect(() => T.add(T.ones([2]), 1).dataSync()).toThrow(ValueError);
    expect(() => T.add(T.ones([2]), 1).dataSync()).toThrow(
      "webgpu cannot be read without waiting; use await tensor.data()",
    );
  });
});
