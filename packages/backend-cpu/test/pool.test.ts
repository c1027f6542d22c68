import v8 from "node:v8";
import vm from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { Balance } from "../src/threads/balance.ts";
import { type Kernel } from "../src/threads/kernels.ts";
import type { PoolOptions } from "../src/threads/pool.ts";
import { PoolKit, poolModule } from "./pool-kit.ts";

const kits: PoolKit[] = [];

afterEach(() => {
  for (const { pool } of kits.splice(0)) pool.dispose();
});

function started(threads: number, options?: PoolOptions): Promise<PoolKit> {
  const kit = new PoolKit(threads, options);
  kits.push(kit);
  return kit.start();
}

const ones = (parts: number): number[] => new Array<number>(parts).fill(1);

describe("a pool", () => {
  it("starts no thread before there has been work to share for a while", async () => {
    const kit = new PoolKit(3);
    kits.push(kit);
    for (let i = 0; i < 20; i++) kit.run("count", 6);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(kit.pool.started).toBe(1);
    expect(kit.takeCounters(6)).toEqual(new Array(6).fill(20));
    await kit.start();
    expect(kit.pool.started).toBe(3);
  });

  it.each([1, 2, 5, 100, 4000, 20_000])("runs each of %i parts once", async (parts) => {
    const kit = await started(3);
    for (let i = 0; i < 10; i++) {
      kit.run("count", parts, i * 10);
      expect(kit.takeCounters(parts)).toEqual(ones(parts));
    }
  });

  it("runs each part once when numbers of jobs begin again, with threads that come late", async () => {
    const kit = await started(3);
    const jobs = 150_000;
    for (let i = 0; i < jobs; i++) kit.run("count", 3);
    expect(kit.takeCounters(3)).toEqual([jobs, jobs, jobs]);
  });

  it("runs parts on other threads, also after a pause in which they park", async () => {
    const kit = await started(2);
    for (let i = 0; i < 5; i++) {
      kit.run("meets", 2);
      kit.takeCounters(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("works alone when it has been disposed", async () => {
    const kit = await started(2);
    kit.pool.dispose();
    expect(kit.pool.started).toBe(1);
    kit.run("count", 100);
    expect(kit.takeCounters(100)).toEqual(ones(100));
  });
});

describe("threads that cost more than they save", () => {
  const balance = new Balance();
  /** A job that began at `at`: this thread did one of two parts in 1 ms and has waited for so long. */
  const job = (at: number, waited: number): void => balance.note(1, 2, at, at + 1, at + 1 + waited);

  it("are left alone for twenty times as long, and asked again", () => {
    for (let at = 0; at < 100; at++) job(at, 0.1);
    expect(balance.isResting(100)).toBe(false);
    job(100, 7.5); // 5 ms had been saved, and one more
    expect(balance.isResting(108.6)).toBe(false);
    job(110, 2.6); // -1.5 - 1.6
    expect(balance.isResting(113.7)).toBe(true);
    expect(balance.isResting(113.6 + 61)).toBe(true);
    expect(balance.isResting(113.6 + 63)).toBe(false);
    job(200, 2.5);
    expect(balance.isResting(203.5)).toBe(false);
  });

  it("rest for a second at the most", () => {
    const other = new Balance();
    other.note(0, 2, 0, 0, 5000);
    expect(other.isResting(5999)).toBe(true);
    expect(other.isResting(6001)).toBe(false);
  });

  it("are asked seldom", async () => {
    const kit = await started(2, { debtMs: 2 });
    let [jobs, elsewhere] = [0, 0];
    while (elsewhere < 5) {
      kit.run("slowElsewhere", 2, 3_000_000); // some milliseconds
      const [first, second] = kit.takeCounters(2);
      elsewhere += first + second;
      jobs++;
      const until = performance.now() + 0.05;
      while (performance.now() < until);
    }
    expect(jobs).toBeGreaterThan(20 * elsewhere);
  });
});

describe("a part that cannot be run", () => {
  it.each([
    ["trapsAnywhere", /unreachable/],
    ["trapsElsewhere", /worker thread could not run its part of a kernel: .*unreachable/],
    ["trapsHere", /unreachable/],
  ] as const)("is an error, after which the pool works: %s", async (name, message) => {
    const kit = await started(2);
    for (let i = 0; i < 3; i++) {
      expect(() => kit.run(name, 2)).toThrow(message);
      // Nobody is at work any more: what was allocated for the job can be freed.
      const after = kit.takeCounters(2);
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(kit.takeCounters(2)).toEqual([0, 0]);
      if (name === "trapsHere") expect(after[0] + after[1]).toBeGreaterThan(1);
      kit.run("count", 50);
      expect(kit.takeCounters(50)).toEqual(ones(50));
    }
    expect(kit.pool.started).toBe(2);
  });
});

describe("kernels that nobody has any more", () => {
  it("give back what other threads were told of them", async () => {
    const kit = await started(2);
    const { pool, memory } = kit;
    const target = memory.allocate(4).address;
    v8.setFlagsFromString("--expose-gc");
    const collect = vm.runInNewContext("gc") as () => void;
    const use = (): void => {
      let kernels: Kernel[] = [];
      for (let i = 0; i < 20; i++) {
        kernels = pool.kernels.addAll(poolModule(), ["count"]);
        pool.run(kernels[0], 4, 3, (words, at) => {
          words[at] = target;
          words[at + 1] = 0;
          words[at + 2] = 0;
        });
      }
    };
    const held: number[] = [];
    for (let i = 0; i < 6; i++) {
      use();
      held.push(memory.usedBytes);
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(held[5]).toBeLessThanOrEqual(held[1]);
    expect(new Int32Array(memory.memory.buffer, target, 1)[0]).toBeGreaterThan(0);
  });
});
