import type { BenchCase } from "../case.ts";
import { median } from "../time.ts";

/** Runs that plan and compile, and learn what is read afterwards. */
const warmRuns = 4;
const samples = 25;

/** Work to be timed. */
type Run = () => Promise<void>;

/** A case that times one piece of work in turns with another one, and gives the ratio of the medians. */
export function besideCase(name: string, make: () => { readonly run: Run; readonly beside: Run }): BenchCase {
  return {
    name,
    async measure() {
      const { run, beside } = make();
      const [times, others]: [number[], number[]] = [[], []];
      for (let i = -warmRuns; i < samples; i++) {
        const [own, other] = [await timeOf(run), await timeOf(beside)];
        if (i < 0) continue;
        times.push(own);
        others.push(other);
      }
      return {
        median_ms: median(times),
        min_ms: Math.min(...times),
        samples,
        beside_ms: median(others),
        ratio: median(times) / median(others),
      };
    },
  };
}

async function timeOf(run: Run): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
