import { type Access, closureOf, findVarying, type LoopStep, sizeOf } from "@minima/tensor";

/** How a step is computed four neighbouring points of a loop at a time, as vec4s. */
export interface Quads {
  /** The loop, outer ones counted first: the last of either kind. */
  readonly loop: number;
  /** For each instruction, whether its value differs within four points: a vec4, where it is a single value else. */
  readonly isVector: readonly boolean[];
  /** Slots of which elements are touched in vec4s only; others are loaded element by element. */
  readonly slots: ReadonlySet<number>;
}

/**
 * Quads of a loop, or null where the step is better computed point by point: everything that is stored along the loop
 * has to lie in aligned vec4s, and of the loads along it no less than half.
 */
export function findQuads(step: LoopStep, loop: number): Quads | null {
  const { outer, instructions, phases } = step;
  const extent = [...outer, ...step.inner][loop];
  if (extent === undefined || extent === 0 || extent % 4 !== 0) return null;
  if (loop < outer.length && phases.some(({ reductions }) => reductions.length > 0)) return null;
  const isAlong = ({ strides }: Access): boolean => strides[loop] !== 0;
  const roots = phases.flatMap((phase) => [...phase.stores, ...phase.reductions].map(({ value }) => value));
  const loads = closureOf(instructions, roots).flatMap((index) => {
    const instruction = instructions[index];
    return instruction.op === "load" ? [{ ...instruction, index }] : [];
  });
  const isVector = findVarying(instructions, ({ strides }) => strides[loop] !== 0);
  const inQuads = new Set([...loads, ...phases.flatMap(({ stores }) => stores)].map(({ slot }) => slot));
  for (const { guard, ...load } of loads) {
    if (!isAligned(load, loop) || (guard !== undefined && isVector[guard])) inQuads.delete(load.slot);
  }
  for (const phase of phases) {
    for (const store of phase.stores) if (!isAligned(store, loop)) inQuads.delete(store.slot);
    if (!phase.inner && loop >= outer.length) continue;
    if (phase.stores.some(({ slot }) => !inQuads.has(slot))) return null;
  }
  const along = loads.filter(isAlong);
  if (along.filter(({ slot }) => inQuads.has(slot)).length * 2 < along.length) return null;
  return { loop, isVector, slots: inQuads };
}

/** Whether every four points of the loop are a vec4 in memory. */
function isAligned({ offset, strides }: Access, loop: number): boolean {
  return offset % 4 === 0 && strides.every((stride, other) => (other === loop ? stride === 1 : stride % 4 === 0));
}

/** The extents of loops when quads of the last one are counted. */
export function countedInQuads(extents: readonly number[]): number[] {
  return extents.map((extent, loop) => (loop === extents.length - 1 ? extent / 4 : extent));
}

/** How many points there are to visit, where those of the last loop may be taken by fours. */
export function visits(extents: readonly number[], inQuads: boolean): number {
  return sizeOf(inQuads ? countedInQuads(extents) : extents);
}
