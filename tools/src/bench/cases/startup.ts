import type { BenchCase } from "../case.ts";
import { type ChildResult, runChild } from "../child.ts";
import { median } from "../time.ts";

const runs = 7;
const program = new URL("../first-step.js", import.meta.url);

interface FirstStep {
  readonly step_done_ms: number;
  readonly peak_rss_mb: number;
}

/** From nothing to the end of the MLP's first training step, in a fresh process of the built code. */
export const startupCase: BenchCase = {
  name: "startup",
  async measure({ backend, threads }) {
    const start = () => runChild<FirstStep>(program, [backend, String(threads)]);
    const starts: ChildResult<FirstStep>[] = [];
    await start(); // brings the files into the cache
    for (let i = 0; i < runs; i++) starts.push(await start());
    const elapsed = starts.map((each) => each.elapsed);
    return {
      median_ms: median(elapsed),
      min_ms: Math.min(...elapsed),
      samples: runs,
      step_done_ms: median(starts.map(({ printed }) => printed.step_done_ms)),
      peak_rss_mb: median(starts.map(({ printed }) => printed.peak_rss_mb)),
    };
  },
};
