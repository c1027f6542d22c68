import type { Instruction, LoopStep, Step } from "../kernel/step.ts";
import { mapStep } from "./map-step.ts";

/**
 * Gives the numbers of a program their places in its scalar block, in the order in which steps use them. Up to here each is
 * named by the position of its `fill` node.
 */
export function numberScalars(steps: readonly Step[]): { steps: Step[]; scalars: number[] } {
  const places = new Map<number, number>();
  const placeOf = (node: number): number => {
    let place = places.get(node);
    if (place === undefined) places.set(node, (place = places.size));
    return place;
  };
  const loop = (step: LoopStep): LoopStep => {
    const instructions = step.instructions.map((instruction): Instruction => {
      return instruction.op === "scalar" ? { ...instruction, index: placeOf(instruction.index) } : instruction;
    });
    return { ...step, instructions };
  };
  const numbered = steps.map((step) => mapStep(step, { operand: (operand) => operand, loop }));
  return { steps: numbered, scalars: [...places.keys()] };
}
