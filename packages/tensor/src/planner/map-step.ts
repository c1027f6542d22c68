import type { LoopStep, Source, Step } from "../kernel/step.ts";

/** What becomes of the parts of a step. */
interface StepMapping {
  /** Of an operand that lies in a slot. */
  operand<T extends Source>(operand: T): T;
  /** Of the step itself, if it is a loop, of prologues, and of the epilogue. */
  loop(loop: LoopStep): LoopStep;
}

/** The operands of anchors by name, in the order in which they are gone through. */
const operandNames: { readonly [Kind in Step["kind"]]?: readonly string[] } = {
  matmul: ["a", "b", "c"],
  conv: ["a", "b", "output"],
  attention: ["inputs", "mask", "output"],
  gather: ["input", "index", "output"],
  scatterAdd: ["index", "source", "output"],
};
const mostOperands = ["input", "output"];

/** The same step with other parts. */
export function mapStep(step: Step, { operand, loop }: StepMapping): Step {
  if (step.kind === "loop") return loop(step);
  const mapped = (source: Source): Source =>
    source.prologue === undefined ? operand(source) : { ...source, prologue: loop(source.prologue) };
  const result: Record<string, unknown> = { ...step };
  for (const name of operandNames[step.kind] ?? mostOperands) {
    const value = result[name] as Source | readonly Source[] | null; // as the table says
    if (value !== null) result[name] = Array.isArray(value) ? value.map(mapped) : mapped(value as Source);
  }
  if ("epilogue" in step && step.epilogue !== undefined) result.epilogue = loop(step.epilogue);
  return result as unknown as Step; // with the fields that it had
}
