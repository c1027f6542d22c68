import { affinesOf, closureOf, type LoopStep, operandsOf, type Phase } from "@minima/tensor";
import { affineDepth, laneStride, lanesAreInner, type Nest } from "./nest.ts";

/** Where the value of an instruction is computed. */
export interface Placement {
  /** At which depth of the nest: in no loop that it does not depend on. */
  readonly depth: number;
  /** Whether it differs from lane to lane; else all lanes hold the same. */
  readonly lane: boolean;
  /** Whether it depends on a reduction. */
  readonly reduced: boolean;
}

/** Places every instruction of a step as far outside as it can be computed. */
export function placeInstructions(step: LoopStep, nest: Nest): Placement[] {
  const places: Placement[] = [];
  for (const instruction of step.instructions) {
    let [depth, lane, reduced] = [0, false, false];
    if (instruction.op === "reduced") {
      [depth, lane, reduced] = [nest.outerDepth, nest.lane >= 0 && !lanesAreInner(nest), true];
    }
    for (const affine of affinesOf(instruction)) {
      depth = Math.max(depth, affineDepth(nest, affine));
      lane ||= laneStride(nest, affine) !== 0;
    }
    for (const operand of operandsOf(instruction)) {
      depth = Math.max(depth, places[operand].depth);
      lane ||= places[operand].lane;
      reduced ||= places[operand].reduced;
    }
    places.push({ depth, lane, reduced });
  }
  return places;
}

/** The instructions a phase evaluates, in order: those of its stores and folds and what they depend on. */
export function instructionsOfPhase(step: LoopStep, { stores, reductions }: Phase): number[] {
  return closureOf(
    step.instructions,
    [...stores, ...reductions].map(({ value }) => value),
  );
}
