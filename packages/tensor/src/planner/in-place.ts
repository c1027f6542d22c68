import type { Access, LoopStep, Step } from "../kernel/step.ts";
import { renameSlots, slotsOf, usersOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

/**
 * Lets new values of variables that are updated in place be written where the old ones are: where one step alone writes the new
 * value, and no other step that comes after it, and no other element of it, reads the old one. Elsewhere the new value has a
 * buffer of its own.
 */
export function updateInPlace(
  steps: readonly Step[],
  slots: readonly Slot[],
): { steps: readonly Step[]; slots: Slot[] } {
  const result = [...slots];
  const placeOf = new Map<number, number>();
  const users = usersOf(steps);
  slots.forEach((slot, output) => {
    if (slot.kind !== "output" || slot.replaces === undefined) return;
    const leaf = slot.replaces; // slots have the numbers of nodes
    if (!canOverwrite(steps, users.get(leaf) ?? [], users.get(output) ?? [], leaf, output)) return;
    placeOf.set(output, leaf);
    result[leaf] = { kind: "update", node: slot.node, leaf, bytes: slot.bytes };
  });
  if (placeOf.size === 0) return { steps, slots: result };
  return { steps: steps.map((step) => renameSlots(step, (slot) => placeOf.get(slot) ?? slot)), slots: result };
}

/**
 * Whether the steps find what they look for.
 *
 * @param readers - Steps that use the old value, in order.
 * @param users - Steps that use the new one.
 */
function canOverwrite(
  steps: readonly Step[],
  readers: readonly number[],
  users: readonly number[],
  leaf: number,
  output: number,
): boolean {
  const writers = users.filter((at) => storesOf(steps[at], output).length > 0 || resultSlot(steps[at]) === output);
  if (writers.length !== 1) return false;
  const [at] = writers;
  const last = readers.at(-1) ?? -1;
  return last < at || (last === at && readsWhatItOverwrites(steps[at], leaf, output));
}

/** Whether a step reads an element of the old value for the last time before it writes that of the new one. */
function readsWhatItOverwrites(step: Step, leaf: number, output: number): boolean {
  const loop = loopOf(step);
  const stores = storesOf(step, output);
  if (loop === undefined || stores.length !== 1 || resultSlot(step) === output) return false;
  // An anchor's own operands are read in another order, and so are prologues.
  if (step.kind !== "loop" && operandSlots(step).includes(leaf)) return false;
  const lastPhase = loop.phases[loop.phases.length - 1];
  const [store] = stores;
  return (
    lastPhase.stores.includes(store) &&
    loop.instructions.every((i) => i.op !== "load" || i.slot !== leaf || (i.guard === undefined && isSame(i, store)))
  );
}

function isSame(a: Access, b: Access): boolean {
  return a.dtype === b.dtype && a.offset === b.offset && a.strides.every((stride, loop) => stride === b.strides[loop]);
}

/** The loops of a step that store elements one by one. */
function loopOf(step: Step): LoopStep | undefined {
  if (step.kind === "loop") return step;
  return step.kind === "matmul" || step.kind === "conv" ? step.epilogue : undefined;
}

function storesOf(step: Step, slot: number): LoopStep["phases"][number]["stores"] {
  return (loopOf(step)?.phases ?? []).flatMap(({ stores }) => stores.filter((store) => store.slot === slot));
}

/** The slot that an anchor writes its result to. */
function resultSlot(step: Step): number | undefined {
  if (step.kind === "loop") return undefined;
  return step.kind === "matmul" ? step.c.slot : step.output.slot;
}

/** What an anchor reads without its epilogue. */
function operandSlots(step: Step): number[] {
  if (step.kind !== "matmul" && step.kind !== "conv") return slotsOf(step);
  const { epilogue: _, ...alone } = step;
  return slotsOf(alone);
}
