import type { DType, Prologue, Source } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { OperandWidth } from "../kernel/operand.ts";
import { valueType } from "../kernel/value-type.ts";
import { LoopWriter } from "../loop/loop-writer.ts";
import { type Quads, findQuads } from "../loop/quads.ts";
import { slotsOf } from "./epilogue.ts";

/** What an anchor takes the elements of an operand from: memory, or a function that computes them. */
export interface BoundSource {
  readonly dtype: DType;
  /** How many elements it gives at a time. */
  readonly width: OperandWidth;
  /** The element (or vec4) at an index. */
  load(index: string): string;
}

/** Binds an operand of an anchor; its prologue becomes a function of the kernel. */
export function bindSource(writer: KernelWriter, source: Source, width: OperandWidth = 1): BoundSource {
  const { slot, dtype, prologue } = source;
  if (prologue === undefined) return writer.bind({ slot }, dtype, "read", width);
  const name = writer.functionName("element");
  const type = width === 4 ? `vec4<${valueType[dtype]}>` : valueType[dtype];
  writer.function(`fn ${name}(point: u32) -> ${type}`, () => {
    const quads = width === 4 ? quadsOf(prologue) : null;
    const value = new LoopWriter(writer, prologue, { kind: "invocation", quads }).writeValue("point");
    writer.line(`return ${value};`);
  });
  return { dtype, width, load: (index) => `${name}(u32(${index}))` };
}

/** Whether an operand gives vec4s, where some slots are read element by element: a buffer has one type in a kernel. */
export function givesQuads(source: Source, others: readonly number[]): boolean {
  const isQuads = source.prologue === undefined || quadsOf(source.prologue) !== null;
  return isQuads && !sourceSlots(source).some((slot) => others.includes(slot));
}

function quadsOf(prologue: Prologue): Quads | null {
  return findQuads(prologue, prologue.outer.length - 1);
}

/** The slots that an operand is read from. */
export function sourceSlots({ slot, prologue }: Source): readonly number[] {
  return prologue === undefined ? [slot] : slotsOf(prologue).filter((own) => own >= 0);
}
