import type { BackendProfile } from "../backend.ts";
import { bytesPerElement } from "../dtype.ts";
import type { Access, ConvStep, LoopStep, MatmulStep, Step, Store } from "../kernel/step.ts";
import { sizeOf } from "../shape.ts";
import { renameLoopSlots, slotsOf, usersOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

type Anchor = MatmulStep | ConvStep;

/**
 * Lets anchors take element-wise kernels that only they feed as epilogues (bias and activation behind a product, the
 * update of a weight behind its gradient): the kernel then works in place on the anchor's output, while it is in the
 * cache or still in registers.
 */
export function fuseEpilogues(steps: readonly Step[], slots: readonly Slot[], profile: BackendProfile): Step[] {
  const users = usersOf(steps);
  const writer = new Map<number, number>();
  steps.forEach((step, at) => writtenSlots(step).forEach((slot) => writer.set(slot, at)));
  const result: (Step | null)[] = [...steps];
  steps.forEach((step, at) => {
    if ((step.kind !== "matmul" && step.kind !== "conv") || profile.anchors?.[step.kind]?.epilogue !== true) return;
    const output = outputSlot(step);
    const [reader, ...others] = (users.get(output) ?? []).filter((user) => user !== at);
    if (reader === undefined || others.length > 0 || !fills(step, slots[output])) return;
    const kernel = steps[reader];
    if (kernel.kind !== "loop" || result[reader] !== kernel) return;
    const stores = inPlaceStores(kernel, step);
    if (stores.length === 0) return;
    // Whatever else the kernel reads must be there before the anchor runs.
    const isReady = slotsOf(kernel).every((slot) => {
      return slot === output || stores.some((store) => store.slot === slot) || (writer.get(slot) ?? -1) < at;
    });
    if (!isReady) return;
    const { slot: place } = stores.find(({ slot }) => !replacesLeaf(slots[slot])) ?? stores[0];
    const epilogue = renameLoopSlots(kernel, (slot) => (slot === output ? place : slot));
    result[at] = withEpilogue(step, place, epilogue);
    result[reader] = null;
  });
  return result.filter((step) => step !== null);
}

/**
 * The stores of an element-wise kernel, if each can overwrite the buffer that it reads the output of an anchor from; else
 * nothing.
 */
function inPlaceStores(kernel: LoopStep, anchor: Anchor): readonly Store[] {
  const [phase] = kernel.phases;
  if (kernel.inner.length > 0 || kernel.phases.length !== 1 || sizeOf(kernel.outer) !== outputSize(anchor)) return [];
  const [place] = phase.stores;
  const source = outputSlot(anchor);
  const own = (anchor.kind === "matmul" ? anchor.c : anchor.output).dtype;
  const samePlace = ({ offset, strides, dtype }: Access): boolean =>
    dtype === own && offset === place.offset && strides.every((stride, k) => stride === place.strides[k]);
  const isInPlace =
    phase.stores.every(samePlace) &&
    kernel.instructions.every((i) => i.op !== "load" || i.slot !== source || (i.guard === undefined && samePlace(i)));
  return isInPlace ? phase.stores : [];
}

/** Whether an anchor's result is all of a buffer, which nobody asks for. */
function fills(step: Anchor, slot: Slot): boolean {
  const { dtype } = step.kind === "matmul" ? step.c : step.output;
  return slot.kind === "temporary" && slot.bytes === outputSize(step) * bytesPerElement[dtype];
}

/** Whether a result may be written over a value that the kernel reads: not if the anchor writes there first. */
function replacesLeaf(slot: Slot): boolean {
  return slot.kind === "output" && slot.replaces !== undefined;
}

function withEpilogue(step: Anchor, slot: number, epilogue: LoopStep): Anchor {
  if (step.kind === "matmul") return { ...step, c: { ...step.c, slot }, epilogue };
  return { ...step, output: { ...step.output, slot }, epilogue };
}

function outputSlot(step: Anchor): number {
  return step.kind === "matmul" ? step.c.slot : step.output.slot;
}

function outputSize(step: Anchor): number {
  return step.kind === "matmul" ? sizeOf(step.batch) * step.m * step.n : sizeOf(step.output.shape);
}

function writtenSlots(step: Step): number[] {
  if (step.kind === "loop") return step.phases.flatMap((phase) => phase.stores.map(({ slot }) => slot));
  return [step.kind === "matmul" ? step.c.slot : step.output.slot];
}
