import type { Phase } from "@minima/tensor";
import type { KernelContext } from "./evaluate.ts";
import { weightOf } from "./instruction-info.ts";
import { lanesAreInner } from "./nest.ts";
import { instructionsOfPhase } from "./placement.ts";

/**
 * How many vectors the code of some phases works on side by side: several if their bodies are so short that counting, waiting
 * and taking turns with accumulators would take long beside the work; pairs always where an engine may join them.
 */
export function copiesFor(context: CopiesContext, phases: readonly Phase[]): number {
  return Math.max(copiesByWeight(context, phases), context.writer.wide ? 2 : 1);
}

type CopiesContext = Pick<KernelContext, "step" | "nest" | "places" | "writer">;

function copiesByWeight({ step, nest, places }: CopiesContext, phases: readonly Phase[]): number {
  let [weight, folds] = [0, 0];
  for (const phase of phases) {
    for (const index of instructionsOfPhase(step, phase)) {
      if (places[index].lane) weight += weightOf(step.instructions[index]);
    }
    weight += phase.stores.length;
    folds += phase.reductions.length;
  }
  if (folds === 0) return weight <= 64 ? 2 : 1;
  // Eight vectors are two lines of the cache: rows that are far apart are then fetched two lines at a time.
  if (!lanesAreInner(nest)) return folds * weight <= 4 ? 8 : folds * weight <= 8 ? 4 : folds * weight <= 64 ? 2 : 1;
  return weight <= 40 ? 4 : 1;
}
