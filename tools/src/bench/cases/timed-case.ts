import type { BenchCase, Work } from "../case.ts";
import { countWork, toTheEnd } from "../device-work.ts";
import { time } from "../time.ts";

export interface TimedCaseOptions {
  /** Floating-point operations of one run. */
  readonly operations?: number | undefined;
  /** What `check` must give: the number that PyTorch and the other peers get, to five digits. */
  readonly expected: number;
}

/** A case that times one piece of work and compares a number of its result. */
export function timedCase(name: string, options: TimedCaseOptions, make: () => Work): BenchCase {
  return {
    name,
    async measure() {
      const { run, check } = make();
      const { median, least, samples } = await time(toTheEnd(run));
      const value = await check();
      checkValue(value, options.expected);
      const { operations } = options;
      return {
        median_ms: median,
        min_ms: least,
        gflops: operations === undefined ? undefined : operations / median / 1e6,
        samples,
        check: value,
        ...(await countWork(run)),
      };
    },
  };
}

/** Throws unless a result is that of the peers: a fast kernel that is wrong is worth nothing. */
function checkValue(value: number, expected: number): void {
  if (Math.abs(value - expected) <= 1e-3 * Math.abs(expected)) return;
  throw new Error(`the result is wrong: got ${value.toPrecision(5)}, the peers get ${expected}`);
}
