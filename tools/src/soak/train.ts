import { type Backend, manualSeed, setBackend } from "@minima/tensor";
import { batches } from "./batches.ts";
import { type Mode, trainings } from "./modes.ts";
import { type Sample, holdings, residentBytes } from "./sample.ts";

/** For so many steps before a sample the resident set is watched. */
const watchedSteps = 500;

/**
 * Trains in one mode and reports what is held at step 100, every 1,000 steps, and at the end.
 *
 * @param settle - Waits, before a sample, until nothing is held that will go anyway.
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
  let rssBytes = Infinity;
  for (let step = 1; step <= steps; step++) {
    const loss = await makeStep(batchOf(step), step);
    if (loss !== undefined && !Number.isFinite(loss)) throw new Error(`soak: the loss of step ${step} is ${loss}`);
    const next = nextSample(step, steps);
    if (next - step < watchedSteps) rssBytes = Math.min(rssBytes, residentBytes());
    if (next !== step) continue;
    await settle?.();
    report({ mode, step, rssBytes, ...holdings(backend), keptTensors: makeStep.kept?.length ?? 0 });
    rssBytes = Infinity;
  }
}

/** The first step from `step` on that is sampled. */
function nextSample(step: number, steps: number): number {
  return Math.min(step <= 100 ? 100 : Math.ceil(step / 1000) * 1000, steps);
}
