import { type Step, debug } from "@minima/tensor";
import { median } from "../time.ts";
import type { StepTimes } from "./profiling-backend.ts";

/** Programs that ran less often are set-up, not the work that was timed. */
const fewestRuns = 3;

/** The steps by the time that they take, as lines for a person. */
export function profileLines(steps: readonly StepTimes[]): string[] {
  const rows = steps
    .filter(({ times }) => times.length >= fewestRuns)
    .map(({ step, times }) => ({ step, ms: median(times) }))
    .sort((a, b) => b.ms - a.ms);
  const total = rows.reduce((sum, { ms }) => sum + ms, 0);
  const lines = rows.map(({ step, ms }) => {
    const operations = operationsOf(step);
    const rate = operations === 0 ? "" : `${(operations / ms / 1e6).toFixed(1)} GFLOP/s`;
    const share = `${((100 * ms) / total).toFixed(1)} %`;
    return `${ms.toFixed(3).padStart(9)} ms ${share.padStart(7)} ${rate.padStart(14)}  ${describe(step)}`;
  });
  return [...lines, `${total.toFixed(3).padStart(9)} ms in ${rows.length} steps`];
}

const longestText = 240;

function describe(step: Step): string {
  const text = debug.describeStep(step, (slot) => `#${slot}`);
  return text.length > longestText ? `${text.slice(0, longestText)} …` : text;
}

/** Multiplications and additions of products and convolutions. */
function operationsOf(step: Step): number {
  const product = (extents: readonly number[]): number => extents.reduce((size, extent) => size * extent, 1);
  if (step.kind === "matmul") return 2 * product(step.batch) * step.m * step.n * step.k;
  if (step.kind !== "conv") return 0;
  const { mode } = step.attributes;
  const filter = mode === "filterGradient" ? step.output : step.b;
  const output = mode === "forward" ? step.output : mode === "inputGradient" ? step.a : step.b;
  // Every element of the output is a sum over a filter's channels and taps.
  return 2 * product(output.shape) * product(filter.shape.slice(1));
}
