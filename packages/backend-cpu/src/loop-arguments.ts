import type { Access, Instruction, LoopStep } from "@minima/tensor";
import { elementBytes } from "./loop/element.ts";
import { loopSlots } from "./loop/index.ts";

/** A loop step as a kernel, and what the kernel is called with. */
export interface KernelCall {
  /** The step with slots numbered 0, 1, 2, …: equal ones share a kernel. */
  readonly structure: LoopStep;
  /** The slot of each pointer, and how many bytes the pointer lies behind its beginning. */
  readonly slots: readonly number[];
  readonly offsets: readonly number[];
  /** How many bytes the scalars of the kernel lie behind those of the program. */
  readonly scalarOffset: number;
}

/**
 * Takes everything out of a step that can be an argument: which slots it works on, where in them it begins, and where its
 * scalars begin. So the updates of all weights of a shape are one kernel, and so are the time steps of a recurrent
 * network.
 */
export function kernelCall(step: LoopStep): KernelCall {
  const slots = loopSlots(step);
  const numbers = new Map(slots.map((slot, i) => [slot, i]));
  const numberOf = ({ slot }: Access): number => numbers.get(slot) ?? 0;
  const { starts, firstScalar } = beginnings(step, slots.length, numberOf);
  const move = <A extends Access>(access: A): A => {
    const slot = numberOf(access);
    return { ...access, slot, offset: access.offset - (starts[slot]?.offset ?? 0) };
  };
  const structure: LoopStep = {
    ...step,
    instructions: step.instructions.map((instruction): Instruction => {
      if (instruction.op === "load") return move(instruction);
      return instruction.op === "scalar" ? { ...instruction, index: instruction.index - firstScalar } : instruction;
    }),
    phases: step.phases.map((phase) => ({ ...phase, stores: phase.stores.map(move) })),
  };
  const offsets = starts.map((start) => (start === null ? 0 : start.offset * elementBytes(start.dtype)));
  return { structure, slots, offsets, scalarOffset: 4 * firstScalar };
}

/**
 * The first access to each slot in memory, among those that lie inside of it, and the first scalar. A guarded access may begin
 * outside, and a kernel counts on every pointer's being one that can be read.
 */
function beginnings({ instructions, phases }: LoopStep, slots: number, numberOf: (access: Access) => number) {
  const starts = new Array<Access | null>(slots).fill(null);
  let firstScalar = Infinity;
  const see = (access: Access): void => {
    const slot = numberOf(access);
    const start = starts[slot];
    if (start === null || access.offset < start.offset) starts[slot] = access;
  };
  for (const instruction of instructions) {
    if (instruction.op === "scalar") firstScalar = Math.min(firstScalar, instruction.index);
    else if (instruction.op === "load" && instruction.guard === undefined) see(instruction);
  }
  for (const { stores } of phases) stores.forEach(see);
  return { starts, firstScalar: firstScalar === Infinity ? 0 : firstScalar };
}
