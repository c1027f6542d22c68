import type { ContiguousOperand, ConvStep } from "@minima/tensor";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { OperandWidth } from "../../kernel/operand.ts";
import type { Fetching } from "../product/factor.ts";
import { slotsOf } from "../epilogue.ts";
import { givesQuads, sourceSlots } from "../source.ts";

/** How a factor that could be fetched in vec4s is bound. */
export function factorWidth(
  { a, b, epilogue }: ConvStep,
  operand: ContiguousOperand,
  hasQuads: boolean,
  fetching: Fetching,
): OperandWidth {
  if (fetching === "elements") return 1;
  const others = [...(epilogue === undefined ? [] : slotsOf(epilogue)), ...sourceSlots(operand === b ? a : b)];
  return hasQuads && givesQuads(operand, others) ? 4 : 1;
}

/** The group, which is the batch of the product. */
export function writeGroup(writer: KernelWriter, batch: string): void {
  writer.line(`let group = ${batch};`);
}
