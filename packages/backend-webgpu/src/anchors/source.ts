import type { DType, Source } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { OperandWidth } from "../kernel/operand.ts";
import { valueType } from "../kernel/value-type.ts";
import { LoopWriter } from "../loop/loop-writer.ts";
import { slotsOf } from "./epilogue.ts";

/** What an anchor takes the elements of an operand from: memory, or a function that computes them. */
export interface BoundSource {
  readonly dtype: DType;
  /** How many elements it gives at a time. */
  readonly width: OperandWidth;
  /** The element (or vec4) at an index. */
  load(index: string): string;
}

/** Binds an operand of an anchor; its prologue becomes a function of the kernel, which gives one element at a time. */
export function bindSource(writer: KernelWriter, source: Source, width: OperandWidth = 1): BoundSource {
  const { slot, dtype, prologue } = source;
  if (prologue === undefined) return writer.bind({ slot }, dtype, "read", width);
  const name = writer.functionName("element");
  writer.function(`fn ${name}(point: u32) -> ${valueType[dtype]}`, () => {
    const value = new LoopWriter(writer, prologue, { kind: "invocation" }).writeValue("point");
    writer.line(`return ${value};`);
  });
  return { dtype, width: 1, load: (index) => `${name}(u32(${index}))` };
}

/** The slots that an operand is read from. */
export function sourceSlots({ slot, prologue }: Source): readonly number[] {
  return prologue === undefined ? [slot] : slotsOf(prologue).filter((own) => own >= 0);
}
