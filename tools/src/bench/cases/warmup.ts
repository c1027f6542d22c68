import type { BenchCase } from "../case.ts";
import { runChild } from "../child.ts";
import { median } from "../time.ts";
import type { FirstTraining } from "./first-training.ts";
import { gptTraining } from "./gpt.ts";
import { resnetTraining } from "./resnet.ts";

const runs = 5;
const program = new URL("../first-call.js", import.meta.url);

/** What a process measured of its first compiled call. */
export interface FirstCall {
  readonly first_ms: number;
  readonly step_ms: number;
}

export const warmups: Readonly<Record<"gpt12" | "resnet18", () => FirstTraining>> = {
  gpt12: gptTraining,
  resnet18: resnetTraining,
};

/**
 * The first call of a compiled training step, each in a fresh process of the built code. The figures are CPU time, of all
 * threads of the process: from before the model is made until its first loss is read, so with random initial values, the
 * recording, gradients, planning, compiling, and one step. `step_ms` is a later step alone.
 */
export const warmupCases: readonly BenchCase[] = Object.keys(warmups).map((name) => ({
  name: `warmup_${name}`,
  async measure({ backend, threads }) {
    const calls: FirstCall[] = [];
    for (let i = 0; i < runs; i++) {
      calls.push((await runChild<FirstCall>(program, [name, backend, String(threads)])).printed);
    }
    const first = calls.map(({ first_ms }) => first_ms);
    return {
      median_ms: median(first),
      min_ms: Math.min(...first),
      samples: runs,
      step_ms: median(calls.map(({ step_ms }) => step_ms)),
    };
  },
}));
