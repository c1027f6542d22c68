import { affinesOf } from "../kernel/instruction.ts";
import type { Affine, Instruction, LoopStep } from "../kernel/step.ts";

/**
 * The same step with fewer loops: loops of extent 1 go, and a loop merges with the next inner one of its group when
 * every affine function of the step steps evenly over both.
 *
 * @param mayMerge - Whether two inner loops, numbered among those, may be merged.
 */
export function collapseLoops(step: LoopStep, mayMerge: (a: number, b: number) => boolean = () => true): LoopStep {
  const extents = [...step.outer, ...step.inner];
  const all = affineParts(step);
  /** For each new loop, the old loops it runs over, outermost first; only the last one's stride counts. */
  const groups: { loops: number[]; outer: boolean }[] = [];
  extents.forEach((extent, loop) => {
    const outer = loop < step.outer.length;
    if (extent === 1) return;
    const last = groups[groups.length - 1];
    const previous = last?.loops[last.loops.length - 1];
    const merges =
      last !== undefined &&
      previous !== undefined &&
      last.outer === outer &&
      (outer || mayMerge(previous - step.outer.length, loop - step.outer.length)) &&
      all.every((a) => a.strides[previous] === a.strides[loop] * extent);
    if (merges) last.loops.push(loop);
    else groups.push({ loops: [loop], outer });
  });
  const extentOf = (group: { loops: readonly number[] }): number =>
    group.loops.reduce((size, loop) => size * extents[loop], 1);
  const remap = <A extends Affine>(a: A): A => ({
    ...a,
    strides: groups.map((group) => a.strides[group.loops[group.loops.length - 1]]),
  });
  return {
    ...step,
    outer: groups.filter((group) => group.outer).map(extentOf),
    inner: groups.filter((group) => !group.outer).map(extentOf),
    instructions: step.instructions.map((instruction): Instruction => {
      if (instruction.op === "load" || instruction.op === "index") return remap(instruction);
      if (instruction.op === "inside") return { ...instruction, bounds: instruction.bounds.map(remap) };
      return instruction;
    }),
    phases: step.phases.map((phase) => ({ ...phase, stores: phase.stores.map(remap) })),
  };
}

function affineParts({ instructions, phases }: LoopStep): Affine[] {
  return [...instructions.flatMap(affinesOf), ...phases.flatMap(({ stores }) => stores)];
}
