import { type Access, type LoopStep, type Step, bytesPerElement } from "@minima/tensor";

/** The most bytes of each slot that a fused loop can touch, or null for other steps, which may touch all. */
export function touchedBytes(step: Step): ReadonlyMap<number, number> | null {
  if (step.kind !== "loop") return null;
  const bytes = new Map<number, number>();
  for (const access of accessesOf(step)) {
    const touched = elementsOf(access, [...step.outer, ...step.inner]) * bytesPerElement[access.dtype];
    bytes.set(access.slot, (bytes.get(access.slot) ?? 0) + touched);
  }
  return bytes;
}

/** Loads and stores, those of the same elements once. */
function accessesOf({ instructions, phases }: LoopStep): Iterable<Access> {
  const loads = instructions.filter((instruction) => instruction.op === "load");
  const distinct = new Map<string, Access>();
  for (const access of [...loads, ...phases.flatMap(({ stores }) => stores)]) {
    distinct.set(`${access.slot} ${access.offset} ${access.strides.join()}`, access);
  }
  return distinct.values();
}

/** How many elements an access names at most: no more than points that differ, and than lie between first and last. */
function elementsOf({ strides }: Access, extents: readonly number[]): number {
  let points = 1;
  let span = 1;
  for (const [loop, extent] of extents.entries()) {
    const stride = Math.abs(strides[loop] ?? 0);
    if (stride === 0) continue;
    points *= extent;
    span += stride * (extent - 1);
  }
  return Math.min(points, span);
}
