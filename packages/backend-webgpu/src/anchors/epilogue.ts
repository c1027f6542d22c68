import type { ContiguousOperand, Epilogue } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { castValue } from "../loop/cast.ts";
import { loopKernel } from "../loop/loop-kernel.ts";
import { LoopWriter } from "../loop/loop-writer.ts";
import { quadCast } from "../loop/quad-value.ts";
import { isPointNumber } from "../loop/strategy.ts";

/** An anchor that may have an element-wise kernel behind it. */
interface WithEpilogue {
  readonly epilogue?: Epilogue;
}

/** What an anchor's own kernel is bound to. */
interface Bound {
  readonly slots: readonly number[];
  /** Pieces of scratch memory. */
  readonly scratch: number;
}

/**
 * The kernels of an anchor with its epilogue: one, where the epilogue's buffers can be bound as well and its points are
 * numbered as the elements of the output; else the epilogue follows in a kernel of its own.
 *
 * @param write - Writes the anchor's kernel.
 */
export function withEpilogue<S extends WithEpilogue>(
  step: S,
  { slots, scratch }: Bound,
  limits: KernelLimits,
  write: (step: S) => Kernel,
): Kernel[] {
  const { epilogue } = step;
  if (epilogue === undefined) return [write(step)];
  const all = new Set([...slots, ...slotsOf(epilogue)]);
  const [{ stores }] = epilogue.phases;
  const fits = all.size + scratch <= limits.maxStorageBuffersPerShaderStage;
  if (fits && stores.every((store) => isPointNumber(store, epilogue.outer))) return [write(step)];
  const { epilogue: _, ...alone } = step;
  return [write(alone as S), loopKernel(epilogue, limits)]; // S without its optional member
}

/** The slots that an epilogue loads from or stores to. */
export function slotsOf({ instructions, phases }: Epilogue): number[] {
  const loads = instructions.flatMap((instruction) => (instruction.op === "load" ? [instruction.slot] : []));
  return [...loads, ...phases.flatMap(({ stores }) => stores.map(({ slot }) => slot))];
}

/** Writes an element of an anchor's output, or a vec4, by its number among those. */
export interface ResultStore {
  readonly isVector: boolean;
  store(position: string, value: string): void;
}

/**
 * The store of an anchor's output: of the value itself, or of what the epilogue makes of it. The epilogue becomes a
 * function of the kernel that takes the value where it would load it, and writes all its stores.
 *
 * @param isVector - Whether vec4s can be stored.
 */
export function resultStore(
  writer: KernelWriter,
  { slot, dtype }: Pick<ContiguousOperand, "slot" | "dtype">,
  epilogue: Epilogue | undefined,
  isVector: boolean,
): ResultStore {
  if (epilogue === undefined) {
    const out = writer.bind({ slot }, dtype, "write", isVector ? 4 : 1);
    const rounded = isVector ? quadCast : castValue;
    return {
      isVector,
      store: (position, value) => out.store(position, rounded(writer, "float32", dtype, value)),
    };
  }
  writer.function("fn finish(point: u32, sum: f32)", () => {
    const value = writer.let(castValue(writer, "float32", dtype, "sum"));
    new LoopWriter(writer, epilogue, { kind: "invocation" }, { given: { slot, value } }).writePoint("point");
  });
  return { isVector: false, store: (position, value) => writer.line(`finish(u32(${position}), ${value});`) };
}
