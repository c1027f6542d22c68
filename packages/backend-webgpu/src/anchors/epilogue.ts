import type { Epilogue } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Operand } from "../kernel/operand.ts";
import { loopKernel } from "../loop/loop-kernel.ts";
import { LoopWriter } from "../loop/loop-writer.ts";
import { isPointNumber } from "../loop/strategy.ts";

/** An anchor that may have an element-wise kernel behind it. */
interface WithEpilogue {
  readonly epilogue?: Epilogue;
}

/**
 * The kernels of an anchor with its epilogue: one, where the epilogue's buffers can be bound as well and its points are
 * numbered as the elements of the output; else the epilogue follows in a kernel of its own.
 *
 * @param slots - What the anchor itself is bound to.
 * @param write - Writes the anchor's kernel.
 */
export function withEpilogue<S extends WithEpilogue>(
  step: S,
  slots: readonly number[],
  limits: KernelLimits,
  write: (step: S, limits: KernelLimits) => Kernel,
): Kernel[] {
  const { epilogue } = step;
  if (epilogue === undefined) return [write(step, limits)];
  const all = new Set(slots);
  for (const instruction of epilogue.instructions) if (instruction.op === "load") all.add(instruction.slot);
  const [{ stores }] = epilogue.phases;
  for (const store of stores) all.add(store.slot);
  const fits = all.size <= limits.maxStorageBuffersPerShaderStage && isPointNumber(stores[0], epilogue.outer);
  if (fits) return [write(step, limits)];
  const { epilogue: _, ...alone } = step;
  return [write(alone as S, limits), loopKernel(epilogue, limits)]; // S without its optional member
}

/** Writes an element of an anchor's output, by its number: the value itself, or what the epilogue makes of it. */
export type StoreElement = (position: string, value: string) => void;

/** Makes the epilogue a function of the kernel. */
export function elementStore(
  writer: KernelWriter,
  out: Operand,
  slot: number,
  epilogue: Epilogue | undefined,
): StoreElement {
  if (epilogue === undefined) return (position, value) => out.store(position, value);
  writer.function("fn finish(point: u32, value: f32)", () => {
    new LoopWriter(writer, epilogue, { kind: "invocation" }, { slot, value: "value" }).writePoint("point");
  });
  return (position, value) => writer.line(`finish(u32(${position}), ${value});`);
}
