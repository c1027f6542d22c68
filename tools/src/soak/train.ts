import { type Backend, manualSeed, setBackend } from "@minima/tensor";
import { peakRssBytes } from "../command/peak-rss.ts";
import { batches } from "./batches.ts";
import { type Mode, trainings } from "./modes.ts";
import { type Holdings, type Sample, holdings, least } from "./sample.ts";

/**
 * Trains in one mode and reports what is held at step 100, every 1,000 steps, and at the end: the least that it was in
 * the second half of the steps since the report before.
 *
 * @param settle - Waits, before a report, until what has been dropped is gone.
 */
export async function train(
  mode: Mode,
  steps: number,
  backend: Backend,
  report: (sample: Sample) => void,
  settle?: () => Promise<void>,
): Promise<void> {
  setBackend(backend);
  manualSeed(1);
  const batchOf = batches();
  const makeStep = trainings[mode]();
  let held: Holdings | null = null;
  let reported = 0;
  for (let step = 1; step <= steps; step++) {
    const loss = await makeStep(batchOf(step), step);
    if (loss !== undefined && !Number.isFinite(loss)) throw new Error(`soak: the loss of step ${step} is ${loss}`);
    const next = nextSample(step, steps);
    if (next === step) await settle?.();
    if (step - reported > next - step) held = held === null ? holdings(backend) : least(held, holdings(backend));
    if (next !== step || held === null) continue;
    report({
      mode,
      step,
      ...held,
      peakRssBytes: peakRssBytes(),
      heapBytes: process.memoryUsage().heapUsed,
      keptTensors: makeStep.kept?.length ?? 0,
    });
    held = null;
    reported = step;
  }
}

/** The first step from `step` on that is sampled. */
function nextSample(step: number, steps: number): number {
  return Math.min(step <= 100 ? 100 : Math.ceil(step / 1000) * 1000, steps);
}
