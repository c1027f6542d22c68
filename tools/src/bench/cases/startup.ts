import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BenchCase, Setting } from "../case.ts";
import { median } from "../time.ts";

const runs = 7;
const program = new URL("../first-step.js", import.meta.url);

interface Start {
  /** From starting the process to its line, by our clock. */
  readonly elapsed: number;
  readonly step_done_ms: number;
  readonly peak_rss_mb: number;
}

/** From nothing to the end of the MLP's first training step, in a fresh process of the built code. */
export const startupCase: BenchCase = {
  name: "startup",
  async measure(setting) {
    const starts: Start[] = [];
    await start(setting); // brings the files into the cache
    for (let i = 0; i < runs; i++) starts.push(await start(setting));
    const elapsed = starts.map((each) => each.elapsed);
    return {
      median_ms: median(elapsed),
      min_ms: Math.min(...elapsed),
      samples: runs,
      step_done_ms: median(starts.map((each) => each.step_done_ms)),
      peak_rss_mb: median(starts.map((each) => each.peak_rss_mb)),
    };
  },
};

function start({ backend, threads }: Setting): Promise<Start> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const args = [...process.execArgv, fileURLToPath(program), backend, String(threads)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    let elapsed = NaN;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      elapsed = performance.now() - begin;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`the process of the first step ended with code ${code}`));
      else resolve({ ...(JSON.parse(output) as Omit<Start, "elapsed">), elapsed });
    });
  });
}
