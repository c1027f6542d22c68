import { afterEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { type DeviceBuffer, type Tensor, OutOfMemoryError, Variable, add, argsort, manualSeed, matmul, mean, mul, random, relu, run, setBackend, sub, sum, tensor, update } from "@minima/tensor"; // prettier-ignore
import { type CpuBackend, cpu } from "../src/index.ts";
import { CpuMemory } from "../src/memory/memory.ts";

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** What fills the memory is never touched, so that the system gives address space for it and nothing more. */
class Filled {
  readonly backend: CpuBackend;
  readonly #filling: DeviceBuffer[] = [];

  constructor(threads: number) {
    this.backend = cpu({ threads });
    setBackend(this.backend);
  }

  /** Leaves so much room in the memory of 4 GiB, in one piece. */
  leave(bytes: number): this {
    for (const size of [64 * MiB, MiB]) {
      try {
        for (;;) this.#filling.push(this.backend.allocate(size));
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
      }
    }
    for (let freed = 0; freed < bytes; freed += MiB) {
      const last = this.#filling.pop();
      if (last === undefined) throw new Error("nothing to free");
      if (last.bytes > MiB) freed += last.bytes - MiB;
      this.backend.free(last);
    }
    return this;
  }

  free(): void {
    for (const buffer of this.#filling.splice(0)) this.backend.free(buffer);
  }

  /** What is allocated, the filling included. */
  get stats(): Required<ReturnType<NonNullable<CpuBackend["stats"]>>> {
    return this.backend.stats?.() as never;
  }
}

let filled: Filled;
afterEach(() => {
  filled?.backend.dispose();
});

function ramp(shape: readonly number[], start = 0): Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = start + (i % 1000);
  return tensor(values, { shape });
}

async function failure(work: () => Promise<unknown>): Promise<OutOfMemoryError> {
  const error: unknown = await work().then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutOfMemoryError)) throw error;
  return error;
}

describe.each([1, 2])("the memory of %i threads", (threads) => {
  it("grows to 4 GiB without taking what is not used, and is right in its upper half", async () => {
    const rss = process.memoryUsage.rss();
    filled = new Filled(threads).leave(64 * MiB);
    expect(filled.stats.reservedBytes).toBe(4 * GiB);
    expect(process.memoryUsage.rss() - rss).toBeLessThan(200 * MiB);
    const [a, b] = [ramp([300, 200]), ramp([200, 310], 5)];
    const want = filled.backend;
    const got = await add(matmul(a, b), 1).data();
    const low = cpu({ threads: 1 });
    setBackend(low);
    expect(await add(matmul(ramp([300, 200]), ramp([200, 310], 5)), 1).data()).toEqual(got);
    expect(want.stats?.().bytes).toBeGreaterThan(3.8 * GiB);
  });

  it("says what was asked, what is held and by whom, changes nothing and works on", async () => {
    filled = new Filled(threads);
    const weights = new Variable(add(ramp([1024, 1024]), 0)); // 4 MiB
    await run(weights);
    const kept = add(ramp([512, 1024]), 1); // 2 MiB
    await run(kept);
    filled.leave(10 * MiB);
    const before = filled.stats;
    for (let i = 0; i < 2; i++) {
      const error = await failure(() => add(matmul(weights, ramp([1024, 4096])), weights.node.size).data()); // 16 MiB
      expect(error.message).toMatch(/no room for 16\.0 MiB; .* of 4\.00 GiB are in use/);
      expect(error.message).toMatch(
        /Asked for by one program: 16\.0 MiB for its results.*16\.0 MiB for copies of data/,
      );
      expect(error.message).toMatch(/largest results are (add|matmul) \[1024, 4096\] 16\.0 MiB/);
      expect(error.message).toMatch(/Held besides: \d\.\d+ GiB by variables/);
      if (threads > 1) expect(error.message).toMatch(/KiB by cpu itself/); // what the threads share
      expect(error.cause).toBeInstanceOf(OutOfMemoryError);
    }
    // The result that was kept has moved to the host, to make room.
    expect(filled.stats).toEqual({ ...before, buffers: before.buffers - 1, bytes: before.bytes - 2 * MiB });
    expect((await kept.data())[3]).toBe(4);
    expect((await sum(weights).item()) > 0).toBe(true);
    filled.free();
    expect((await add(matmul(weights, ramp([1024, 4096])), 1).data())[0]).toBeGreaterThan(0);
  });

  it("moves results to the host before it gives up", async () => {
    filled = new Filled(threads).leave(64 * MiB);
    const results: Tensor[] = [];
    for (let i = 0; i < 12; i++) {
      const result = add(ramp([1024, 1024], i), 1); // 4 MiB, and as much for the copy of its operand
      await run(result);
      results.push(result);
    }
    const largest = await mul(ramp([4, 1024, 1024]), 2).data(); // 16 MiB, and a copy
    expect(largest[7]).toBe(14);
    for (const [i, result] of results.entries()) expect((await result.data())[3]).toBe(i + 4);
  });

  it("gives everything back where room is short in the middle of a program", async () => {
    filled = new Filled(threads).leave(12 * MiB);
    const before = filled.stats;
    const values = ramp([MiB]); // the copy and the result take 8 MiB, the way there 16 more
    const error = await failure(() => argsort(values).data());
    expect(error.message).toMatch(/no room for 1\d\.\d MiB/);
    expect(filled.stats).toEqual(before);
    filled.free();
    expect((await argsort(values).data())[0]).toBe(0);
  });

  it("lets a training go on when a batch was too large, as if it had never been", async () => {
    const train = async (sizes: readonly number[], room: number): Promise<Float32Array> => {
      filled = new Filled(threads);
      manualSeed(3);
      const first = new Variable(random.normal([64, 256]), { requiresGrad: true });
      const second = new Variable(random.normal([256, 1]), { requiresGrad: true });
      await run(first, second);
      filled.leave(room);
      for (const size of sizes) {
        const step = async (): Promise<void> => {
          const loss = mean(matmul(relu(matmul(ramp([size, 64]), first)), second));
          loss.backward();
          await update(() => {
            for (const variable of [first, second]) {
              const { grad } = variable;
              if (grad === null) throw new Error("no gradient");
              variable.assign(sub(variable, mul(grad, 1e-6)));
              variable.grad = null;
            }
          });
        };
        if (size > 10_000) expect((await failure(step)).message).toMatch(/by variables/);
        else await step();
      }
      const values = await first.data();
      filled.backend.dispose();
      return values as Float32Array;
    };
    const want = await train([10, 20, 30, 40], 16 * MiB);
    const got = await train([10, 100_000, 20, 100_000, 100_000, 30, 40], 16 * MiB);
    expect(Buffer.compare(Buffer.from(got.buffer), Buffer.from(want.buffer))).toBe(0);
  });

  it("is reused by batches of all sizes", async () => {
    filled = new Filled(threads);
    const weights = new Variable(ramp([200, 300]), { requiresGrad: true });
    const reserved: number[] = [];
    let seed = 1;
    for (let i = 0; i < 200; i++) {
      seed = (seed * 48271) % 2147483647;
      const loss = mean(relu(matmul(ramp([1 + (seed % 500), 200]), weights)));
      loss.backward();
      const { grad } = weights;
      if (grad === null) throw new Error("no gradient");
      await update(() => weights.assign(sub(weights, mul(grad, 1e-9))));
      weights.grad = null;
      reserved.push(filled.stats.reservedBytes);
    }
    expect(reserved[199]).toBe(reserved[60]);
    expect(reserved[199]).toBeLessThan(40 * MiB);
  });
});

describe("CpuMemory", () => {
  it("stays as large as its load, whatever the order of sizes", () => {
    const memory = new CpuMemory();
    const held: DeviceBuffer[] = [];
    let [seed, bytes] = [7, 0];
    const next = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let i = 0; i < 10_000; i++) {
      const size = next(4) === 0 ? next(MiB) : next(6000);
      held.push(memory.allocate(size));
      bytes += size;
      while (bytes > 40 * MiB) {
        const [dropped] = held.splice(next(held.length), 1);
        bytes = held.reduce((total, buffer) => total + buffer.bytes, 0);
        memory.free(dropped);
      }
    }
    expect(memory.reservedBytes).toBeLessThan(1.5 * 40 * MiB + 16 * MiB);
    for (const buffer of held) memory.free(buffer);
    expect(memory.usedBytes).toBe(0);
  });

  it("gives buffers that do not meet", () => {
    const memory = new CpuMemory();
    const buffers = Array.from({ length: 500 }, (_, i) => memory.allocate(1 + ((i * 7919) % 9000)));
    for (let i = 0; i < buffers.length; i += 2) memory.free(buffers[i]);
    for (let i = 0; i < buffers.length; i += 2) buffers[i] = memory.allocate(1 + ((i * 104_729) % 12_000));
    const ranges = buffers.map(({ address, bytes }) => [address, address + bytes]).sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < ranges.length; i++) expect(ranges[i][0]).toBeGreaterThanOrEqual(ranges[i - 1][1]);
    for (const { address, bytes } of buffers) expect(address % (bytes >= 64 ? 64 : 16)).toBe(0);
  });
});
