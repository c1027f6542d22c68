import type { ConvStep, LoopStep, MatmulStep, Step, Store } from "../kernel/step.ts";
import { sizeOf } from "../shape.ts";
import { renameLoopSlots, slotsOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

type Anchor = MatmulStep | ConvStep;

/**
 * Lets anchors take element-wise kernels that only they feed as epilogues (bias and activation behind a product): the
 * kernel then works in place on the anchor's output, while it is in the cache or still in registers.
 */
export function fuseEpilogues(steps: readonly Step[], slots: readonly Slot[]): Step[] {
  const readers = new Map<number, number[]>();
  const writer = new Map<number, number>();
  steps.forEach((step, at) => {
    const written = writtenSlots(step);
    for (const slot of written) writer.set(slot, at);
    for (const slot of slotsOf(step)) {
      if (!written.includes(slot)) readers.set(slot, [...(readers.get(slot) ?? []), at]);
    }
  });
  const result: (Step | null)[] = [...steps];
  steps.forEach((step, at) => {
    if (step.kind !== "matmul" && step.kind !== "conv") return;
    const output = outputSlot(step);
    const [reader, ...others] = readers.get(output) ?? [];
    if (reader === undefined || others.length > 0 || slots[output].kind !== "temporary") return;
    const kernel = steps[reader];
    if (kernel.kind !== "loop" || result[reader] !== kernel) return;
    const store = inPlaceStore(kernel, output, outputSize(step));
    if (store === null) return;
    // Whatever else the kernel reads must be there before the anchor runs.
    const isReady = slotsOf(kernel).every(
      (slot) => slot === output || slot === store.slot || (writer.get(slot) ?? -1) < at,
    );
    if (!isReady) return;
    const epilogue = renameLoopSlots(kernel, (slot) => (slot === output ? store.slot : slot));
    result[at] = withEpilogue(step, store.slot, epilogue);
    result[reader] = null;
  });
  return result.filter((step) => step !== null);
}

/** The only store of an element-wise kernel, if it can overwrite the float32 buffer it reads from slot `source`. */
function inPlaceStore(kernel: LoopStep, source: number, size: number): Store | null {
  const [phase] = kernel.phases;
  if (kernel.inner.length > 0 || kernel.phases.length !== 1 || phase.stores.length !== 1) return null;
  const [store] = phase.stores;
  if (store.dtype !== "float32" || sizeOf(kernel.outer) !== size) return null;
  const samePlace = kernel.instructions.every(
    (i) =>
      i.op !== "load" ||
      i.slot !== source ||
      (i.guard === undefined &&
        i.offset === store.offset &&
        i.strides.every((stride, k) => stride === store.strides[k])),
  );
  return samePlace ? store : null;
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
