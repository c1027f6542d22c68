import { CpuMemory } from "../src/memory/memory.ts";
import { type PoolOptions, ThreadPool } from "../src/threads/pool.ts";
import { type Expression, type FunctionBuilder, ModuleBuilder, i32 } from "../src/wasm/index.ts";

interface Parameters {
  /** Address of the counters; the first tells as well that another thread has begun a part. */
  readonly base: Expression<"i32">;
  readonly part: Expression<"i32">;
  readonly rounds: Expression<"i32">;
  readonly thread: Expression<"i32">;
}

/** Takes about a nanosecond a round. */
function work(f: FunctionBuilder, rounds: Expression<"i32"> | number): void {
  const power = f.let(i32.add(0, 1));
  f.forRange({ to: rounds, step: 1 }, () => f.set(power, i32.mul(power, 3)));
  f.if(i32.eqz(power), () => f.unreachable()); // never, but nobody can leave it out
}

function count(f: FunctionBuilder, { base, part }: Parameters): void {
  const at = f.let(i32.add(base, i32.shl(part, 2)));
  f.store("i32.store", at, i32.add(i32.load(at), 1));
}

/** The main thread does `here` once another thread has begun a part, which does `elsewhere`. */
function meet(f: FunctionBuilder, { base, thread }: Parameters, here: () => void, elsewhere: () => void): void {
  f.if(
    thread,
    () => {
      f.store("i32.store", base, 1);
      elsewhere();
    },
    () => {
      f.loop((again) => f.branchIf(again, i32.eqz(i32.load(base))));
      here();
    },
  );
}

const nothing = (): void => undefined;

/** Kernels that show what threads do. */
const bodies = {
  count(f: FunctionBuilder, p: Parameters) {
    work(f, p.rounds);
    count(f, p);
  },
  trapsAnywhere(f: FunctionBuilder) {
    f.unreachable();
  },
  trapsElsewhere(f: FunctionBuilder, p: Parameters) {
    meet(f, p, nothing, () => f.unreachable());
  },
  hangsElsewhere(f: FunctionBuilder, p: Parameters) {
    meet(f, p, nothing, () => f.loop((again) => f.branch(again)));
  },
  /** While the other thread is still at work. */
  trapsHere(f: FunctionBuilder, p: Parameters) {
    const countLate = (): void => {
      work(f, 50_000_000);
      count(f, p);
    };
    meet(f, p, () => f.unreachable(), countLate);
  },
  meets(f: FunctionBuilder, p: Parameters) {
    meet(f, p, nothing, nothing);
  },
  /** Other threads take long for their parts, which are counted. */
  slowElsewhere(f: FunctionBuilder, p: Parameters) {
    f.if(p.thread, () => {
      work(f, p.rounds);
      count(f, p);
    });
  },
};

export type KernelName = keyof typeof bodies;

const names = Object.keys(bodies) as KernelName[];
const mostParts = 65_536;

/** A pool of threads, and a counter for each part. */
export class PoolKit {
  readonly memory = new CpuMemory(true);
  readonly pool: ThreadPool;
  readonly #kernels;
  readonly #base: number;

  constructor(threads: number, options: PoolOptions = {}) {
    // Kernels that wait for another thread must not be left to one, whatever else this machine has to do.
    this.pool = new ThreadPool(this.memory, threads, { debtMs: Infinity, ...options });
    this.#base = this.memory.allocate(4 * mostParts).address;
    this.#kernels = this.pool.kernels.addAll(poolModule(), names);
  }

  /** Runs a kernel, each part for so many rounds. */
  run(name: KernelName, parts: number, rounds = 0): void {
    this.pool.run(this.#kernels[names.indexOf(name)], parts, 3, (words, at, part) => {
      words[at] = this.#base;
      words[at + 1] = part;
      words[at + 2] = rounds;
    });
  }

  /** Gives the counters of so many parts and sets them back. */
  takeCounters(parts: number): number[] {
    const words = new Int32Array(this.memory.memory.buffer, this.#base, parts);
    const counters = [...words];
    words.fill(0);
    return counters;
  }

  /** Works until so many threads are up, by default all. */
  async start(threads = this.pool.size): Promise<this> {
    const since = performance.now();
    while (this.pool.started < threads) {
      if (performance.now() - since > 20_000) throw new Error(`${this.pool.started} of ${threads} threads are up`);
      this.run("count", threads, 1_000_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.takeCounters(threads);
    return this;
  }
}

export function poolModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory({ shared: true });
  const parameters = { base: "i32", part: "i32", rounds: "i32", thread: "i32" } as const;
  for (const name of names) module.function({ name, parameters, exported: true }, bodies[name]);
  return module.toBytes();
}
