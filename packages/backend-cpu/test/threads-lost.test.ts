import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { matmul, ones, setBackend } from "@minima/tensor";
import { cpu } from "../src/index.ts";
import type { PoolOptions } from "../src/threads/pool.ts";
import { PoolKit } from "./pool-kit.ts";

const workers: Worker[] = [];
const noteWorker = (worker: Worker): number => workers.push(worker);
const kits: PoolKit[] = [];

beforeEach(() => {
  process.on("worker", noteWorker);
});

afterEach(() => {
  process.off("worker", noteWorker);
  workers.length = 0;
  for (const { pool } of kits.splice(0)) pool.dispose();
  vi.restoreAllMocks();
});

function poolKit(threads: number, options?: PoolOptions): PoolKit {
  const kit = new PoolKit(threads, options);
  kits.push(kit);
  return kit;
}

/** Takes the warnings over; those that were made. */
function warnings(): string[] {
  const said: string[] = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => void said.push(text));
  return said;
}

const counts = (parts: number, value: number): number[] => new Array<number>(parts).fill(value);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a thread that ends without a part", () => {
  it("costs nothing, and is spoken of once", async () => {
    const said = warnings();
    const kit = await poolKit(3).start();
    await Promise.all(workers.slice(0, 1).map((worker) => worker.terminate()));
    for (let i = 0; i < 50; i++) kit.run("count", 9, 1000);
    expect(kit.takeCounters(9)).toEqual(counts(9, 50));
    expect(kit.pool.started).toBe(2);
    kit.run("meets", 2); // with the thread that is left
    await Promise.all(workers.slice(1).map((worker) => worker.terminate()));
    expect(kit.pool.started).toBe(1);
    kit.takeCounters(2);
    kit.run("count", 9);
    expect(kit.takeCounters(9)).toEqual(counts(9, 1));
    expect(said).toEqual([expect.stringMatching(/^cpu: a worker thread has ended \(exit code 1\); the others/)]);
  });

  it("costs nothing either where no event has told of it yet", async () => {
    const said = warnings();
    const kit = await poolKit(3).start();
    for (const worker of workers) void worker.terminate();
    const since = performance.now();
    while (performance.now() - since < 300) kit.run("count", 9, 1000);
    expect(new Set(kit.takeCounters(9)).size).toBe(1);
    await pause(50);
    expect(kit.pool.started).toBe(1);
    expect(said.length).toBeLessThanOrEqual(1); // the other test may have said it
  });
});

describe("a thread that is lost in the middle of a part", () => {
  it("is an error at once, and the others go on", async () => {
    warnings();
    const kit = poolKit(2, { workerUrl: new URL("dying-worker.js", import.meta.url) });
    let error: unknown;
    const since = performance.now();
    let took = 0;
    while (error === undefined) {
      expect(performance.now() - since, "nobody died").toBeLessThan(20_000);
      const start = performance.now();
      try {
        kit.run("count", 4, 1_000_000);
      } catch (caught) {
        error = caught;
        took = performance.now() - start;
      }
      await pause(1);
    }
    expect(took).toBeLessThan(3000);
    expect(String(error)).toMatch(/worker thread was lost in the middle of its work.*by the threads that are left/);
    kit.takeCounters(4);
    kit.run("count", 100);
    expect(kit.takeCounters(100)).toEqual(counts(100, 1));
  });

  it("is given up when it does not come back", async () => {
    warnings();
    const kit = await poolKit(3, { lostAfterMs: 1500 }).start(3);
    expect(() => kit.run("hangsElsewhere", 2)).toThrow(/lost in the middle of its work/);
    kit.takeCounters(1);
    expect(kit.pool.started).toBe(2);
    for (let i = 0; i < 20; i++) kit.run("count", 100, 1000);
    expect(kit.takeCounters(100)).toEqual(counts(100, 20));
  });

  it("is waited for as long as the others' parts take", async () => {
    const kit = await poolKit(2, { lostAfterMs: 20 }).start();
    for (let i = 0; i < 5; i++) kit.run("count", 2, 60_000_000); // longer than 20 ms, and one may come late
    expect(kit.takeCounters(2)).toEqual([5, 5]);
  });
});

describe("threads that do not start", () => {
  /** Works until something has been said, and a little longer. */
  const workUntilSaid = async (backend: ReturnType<typeof cpu>, said: readonly string[]): Promise<void> => {
    setBackend(backend);
    const since = performance.now();
    for (let more = 20; more > 0 && performance.now() - since < 20_000; more -= said.length) {
      expect((await matmul(ones([256, 256]), ones([256, 256])).data())[5]).toBe(256);
      await pause(5);
    }
    expect(backend.startedThreads).toBe(1);
  };

  it("leave the work to one: no script where one is said to be", async () => {
    const said = warnings();
    const backend = cpu({ threads: 3, workerUrl: new URL("nowhere.js", import.meta.url) });
    await workUntilSaid(backend, said);
    expect(workers.length).toBeLessThan(3);
    expect(said).toEqual([
      expect.stringMatching(
        /a worker thread does not start \(.*nowhere\.js.*say where it lies: cpu\(\{ workerUrl \}\)/,
      ),
    ]);
  });

  it("leave the work to one: an engine that refuses", async () => {
    const said = warnings();
    const { getBuiltinModule } = process;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
      const found = getBuiltinModule(name) as object;
      const Worker = function (): never {
        throw new Error("workers are not allowed here");
      };
      return name === "node:worker_threads" ? { ...found, Worker } : found;
    }) as typeof getBuiltinModule);
    const backend = cpu({ threads: 3 });
    await workUntilSaid(backend, said);
    expect(said).toEqual([expect.stringMatching(/does not start \(Error: workers are not allowed here\)/)]);
  });
});
