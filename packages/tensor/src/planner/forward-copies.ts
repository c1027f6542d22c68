import { bytesPerElement } from "../dtype.ts";
import type { Step } from "../kernel/step.ts";
import { renameSlots, slotsOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

/**
 * Lets an anchor write where its result is wanted: a reshape of it that is an output would be a copy, made by a kernel of
 * its own.
 */
export function forwardCopies(steps: readonly Step[], slots: readonly Slot[]): Step[] {
  const target = new Map<number, number>();
  const copies = new Set<Step>();
  for (const step of steps) {
    const copy = copyOf(step);
    if (copy === null || slots[copy.to].kind !== "output") continue;
    const { from, to, bytes } = copy;
    const source = slots[from];
    const users = steps.filter((each) => each !== step && slotsOf(each).includes(from));
    const isOnlyWritten = users.length === 1 && users[0].kind !== "loop";
    const isWhole = source.kind === "temporary" && source.bytes === bytes;
    if (!isOnlyWritten || !isWhole || slotsOf(users[0]).includes(to)) continue;
    target.set(from, to);
    copies.add(step);
  }
  const kept = steps.filter((step) => !copies.has(step));
  return copies.size === 0 ? kept : kept.map((step) => renameSlots(step, (slot) => target.get(slot) ?? slot));
}

/** What a step copies, element by element from the first to the last, if it does nothing else. */
function copyOf(step: Step): { readonly from: number; readonly to: number; readonly bytes: number } | null {
  if (step.kind !== "loop" || step.instructions.length !== 1 || step.outer.length !== 1) return null;
  const [load] = step.instructions;
  const [store] = step.phases[0].stores;
  if (load.op !== "load" || load.guard !== undefined || step.inner.length > 0 || store === undefined) return null;
  const inOrder = [load, store].every(({ offset, strides }) => offset === 0 && strides[0] === 1);
  if (!inOrder || load.dtype !== store.dtype || step.phases[0].stores.length > 1) return null;
  return { from: load.slot, to: store.slot, bytes: step.outer[0] * bytesPerElement[load.dtype] };
}
