import { type Access, type LoopStep, type Step, bytesPerElement } from "@minima/tensor";

/** What the loops of a program bind, and what an ideal fusion of them needs. */
export interface FusedBytes {
  /** Over the loops and their bindings: the bytes that each touches. */
  readonly bound: number;
  readonly ideal: number;
}

/** A value in a slot, until another takes its place. */
interface Value {
  readonly byLoops: boolean;
  /** How many anchors there are at least on the way to it, one after the other. */
  level: number;
  /** Bytes that loops wrote. */
  written: number;
  /** The most bytes that a loop read, by the level of the loop. */
  readonly read: Map<number, number>;
  isReadByAnchors: boolean;
  /** What it replaces in a kernel that reads the one and writes the other: one binding. */
  readonly before: Value | null;
}

/**
 * Compares the loops of a program (element-wise work and reductions; what stands behind an anchor is part of its kernel)
 * with an ideal fusion. There, all loops that depend on the same number of anchors, one after the other, are one kernel,
 * for nothing has to stand between them. Such a kernel reads every value that comes from before it once, and writes once
 * what anchors read, what later kernels read, and what nothing reads: the results of the program. What only it reads itself is
 * never in memory. A value that is updated in place is one binding.
 */
export function fusedBytes(steps: readonly Step[]): FusedBytes {
  const values: Value[] = [];
  const current = new Map<number, Value>();
  const begin = (slot: number, level: number, byLoops: boolean, before: Value | null): Value => {
    const value = { byLoops, level, written: 0, read: new Map<number, number>(), isReadByAnchors: false, before };
    values.push(value);
    current.set(slot, value);
    return value;
  };
  const valueIn = (slot: number): Value => current.get(slot) ?? begin(slot, 0, false, null);
  const levelOf = (slots: Iterable<number>): number => Math.max(0, ...[...slots].map((slot) => valueIn(slot).level));
  let bound = 0;
  for (const step of steps) {
    if (step.kind !== "loop") {
      const { reads, writes } = slotsOf(step);
      const level = levelOf(reads) + 1;
      for (const slot of reads) valueIn(slot).isReadByAnchors = true;
      for (const slot of writes) begin(slot, level, false, null);
      continue;
    }
    const [loads, stores] = [loadsOf(step), storesOf(step)];
    for (const bytes of touched(step, [...loads, ...stores]).values()) bound += bytes;
    const read = touched(step, loads);
    const level = levelOf(read.keys());
    for (const [slot, bytes] of read) {
      const { read: known } = valueIn(slot);
      known.set(level, Math.max(known.get(level) ?? 0, bytes));
    }
    for (const [slot, bytes] of touched(step, stores)) {
      const old = current.get(slot);
      // The parts of a join are written by several kernels.
      const isPart = old !== undefined && old.byLoops && old.read.size === 0 && !old.isReadByAnchors;
      const value = isPart ? old : begin(slot, level, true, read.has(slot) ? valueIn(slot) : null);
      value.level = Math.max(value.level, level);
      value.written += bytes;
    }
  }
  const readOn = (value: Value, level: number): number =>
    value.byLoops && level <= value.level ? 0 : (value.read.get(level) ?? 0);
  const writtenOf = ({ read, level, isReadByAnchors, written }: Value): number => {
    const isWanted = isReadByAnchors || read.size === 0 || [...read.keys()].some((reader) => reader > level);
    return isWanted ? written : 0;
  };
  let ideal = 0;
  for (const value of values) {
    for (const level of value.read.keys()) ideal += readOn(value, level);
    ideal += writtenOf(value);
    if (value.before !== null) ideal -= Math.min(readOn(value.before, value.level), writtenOf(value));
  }
  return { bound, ideal };
}

function loadsOf({ instructions }: LoopStep): Access[] {
  return instructions.filter((instruction) => instruction.op === "load");
}

function storesOf({ phases }: LoopStep): Access[] {
  return phases.flatMap(({ stores }) => stores);
}

/** Bytes of each slot that accesses name, those of the same elements once; as `profile` of the WebGPU backend counts. */
function touched({ outer, inner }: LoopStep, accesses: readonly Access[]): Map<number, number> {
  const extents = [...outer, ...inner];
  const distinct = new Map(
    accesses.map((access) => [`${access.slot} ${access.offset} ${access.strides.join()}`, access]),
  );
  const bytes = new Map<number, number>();
  for (const { slot, dtype, strides } of distinct.values()) {
    let [points, span] = [1, 1];
    for (const [loop, extent] of extents.entries()) {
      if (strides[loop] === 0) continue;
      points *= extent;
      span += Math.abs(strides[loop]) * (extent - 1);
    }
    bytes.set(slot, (bytes.get(slot) ?? 0) + Math.min(points, span) * bytesPerElement[dtype]);
  }
  return bytes;
}

/** The slots of an anchor with what follows it. */
function slotsOf(step: Exclude<Step, LoopStep>): { readonly reads: Set<number>; readonly writes: Set<number> } {
  const writes = new Set([step.kind === "matmul" ? step.c.slot : step.output.slot]);
  if ("epilogue" in step && step.epilogue !== undefined)
    for (const { slot } of storesOf(step.epilogue)) writes.add(slot);
  const reads = new Set<number>();
  const collect = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    if ("slot" in part && typeof part.slot === "number" && part.slot >= 0) reads.add(part.slot);
    Object.values(part).forEach(collect);
  };
  for (const [name, part] of Object.entries(step))
    if (name !== "c" && name !== "output" && name !== "epilogue") collect(part);
  if ("epilogue" in step && step.epilogue !== undefined) {
    for (const { slot } of loadsOf(step.epilogue)) if (!writes.has(slot)) reads.add(slot);
  }
  return { reads, writes };
}
