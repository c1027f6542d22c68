import type { Kernel } from "../threads/kernels.ts";
import type { ThreadPool } from "../threads/pool.ts";

/** Addresses that are known when a step runs. */
export type Addresses = Readonly<Record<"a" | "b" | "c" | "workspace", number>>;

/** Calls of a kernel: a row of arguments for each, of which some count from an address that is known later. */
export interface Job {
  readonly kernel: Kernel;
  readonly rows: readonly (readonly number[])[];
  /** Position of an argument, and what it counts from. */
  readonly relative: readonly (readonly [number, keyof Addresses])[];
}

/** Which arguments of `gemmBatch` are addresses. */
export const batchRelative: Job["relative"] = [
  [3, "a"],
  [6, "b"],
  [9, "c"],
  [12, "workspace"],
];

/** Runs the calls of a job, on all threads of the pool if there is one; without, all on this thread. */
export function runJob({ kernel, rows, relative }: Job, addresses: Addresses, pool: ThreadPool | null): void {
  if (pool === null || rows.length === 1) {
    for (const row of rows) {
      const values = row.slice();
      for (let i = 0; i < relative.length; i++) values[relative[i][0]] += addresses[relative[i][1]];
      values.push(0);
      kernel.call(...values);
    }
    return;
  }
  const count = rows[0].length;
  pool.run(kernel, rows.length, count, (words, at, part) => {
    const row = rows[part];
    for (let i = 0; i < count; i++) words[at + i] = row[i];
    for (const [i, base] of relative) words[at + i] += addresses[base];
  });
}
