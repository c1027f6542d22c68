import type { Instruction, LoopStep, Step } from "../kernel/step.ts";
import { mapStep } from "./map-step.ts";
import type { Slot } from "./plan.ts";

/** Slots that a step reads or writes. */
export function slotsOf(step: Step): number[] {
  const slots = new Set<number>();
  mapStep(step, {
    operand(operand) {
      slots.add(operand.slot);
      return operand;
    },
    loop(loop) {
      for (const instruction of loop.instructions) if (instruction.op === "load") slots.add(instruction.slot);
      for (const { stores } of loop.phases) for (const { slot } of stores) if (slot >= 0) slots.add(slot);
      return loop;
    },
  });
  return [...slots];
}

/** The positions of the steps that use each slot, ascending. */
export function usersOf(steps: readonly Step[]): Map<number, number[]> {
  const users = new Map<number, number[]>();
  steps.forEach((step, at) => {
    for (const slot of slotsOf(step)) {
      const list = users.get(slot);
      if (list === undefined) users.set(slot, [at]);
      else list.push(at);
    }
  });
  return users;
}

/**
 * Lets temporaries whose lifetimes are disjoint share a slot: walking through the steps, the buffer of a value read
 * for the last time is free for the next value it is large enough for, else the largest free one grows.
 */
export function assignMemory(steps: readonly Step[], slots: readonly Slot[]): { steps: Step[]; slots: Slot[] } {
  const lastUse = new Map<number, number>();
  steps.forEach((step, at) => slotsOf(step).forEach((slot) => lastUse.set(slot, at)));
  const result: Slot[] = [];
  const placed = new Map<number, number>();
  const free: number[] = [];
  const bytes: number[] = [];
  const place = (slot: number): number => {
    const description = slots[slot];
    let target = -1;
    if (description.kind === "temporary") {
      const fits = free.filter((candidate) => bytes[candidate] >= description.bytes);
      const best = fits.length > 0 ? fits.reduce((a, b) => (bytes[b] < bytes[a] ? b : a)) : largest(free, bytes);
      if (best >= 0) {
        free.splice(free.indexOf(best), 1);
        bytes[best] = Math.max(bytes[best], description.bytes);
        result[best] = { kind: "temporary", bytes: bytes[best] };
        target = best;
      }
    }
    if (target < 0) {
      target = result.push(description) - 1;
      bytes[target] = description.kind === "leaf" ? 0 : description.bytes;
    }
    placed.set(slot, target);
    return target;
  };
  const moved = steps.map((step, at) => {
    const used = slotsOf(step);
    for (const slot of used) if (!placed.has(slot)) place(slot);
    const renamed = renameSlots(step, (slot) => placed.get(slot) ?? place(slot));
    for (const slot of used) {
      const target = placed.get(slot);
      if (lastUse.get(slot) === at && slots[slot].kind === "temporary" && target !== undefined) free.push(target);
    }
    return renamed;
  });
  return { steps: moved, slots: result };
}

function largest(candidates: readonly number[], bytes: readonly number[]): number {
  return candidates.reduce((best, slot) => (best < 0 || bytes[slot] > bytes[best] ? slot : best), -1);
}

/** The same step with each slot replaced by what `rename` gives for it. */
export function renameSlots(step: Step, rename: (slot: number) => number): Step {
  return mapStep(step, {
    operand: (operand) => ({ ...operand, slot: rename(operand.slot) }),
    loop: (loop) => renameLoopSlots(loop, rename),
  });
}

/** The same loop step on other slots. */
export function renameLoopSlots(step: LoopStep, rename: (slot: number) => number): LoopStep {
  return {
    ...step,
    instructions: step.instructions.map((instruction): Instruction =>
      instruction.op === "load" ? { ...instruction, slot: rename(instruction.slot) } : instruction,
    ),
    phases: step.phases.map((phase) => ({
      ...phase,
      stores: phase.stores.map((store) => (store.slot < 0 ? store : { ...store, slot: rename(store.slot) })),
    })),
  };
}
