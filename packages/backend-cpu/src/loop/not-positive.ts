import type { LoopStep } from "@minima/tensor";

/** Whether an instruction is known to have no value above 0: one less the maximum that it was folded into, as softmax has. */
export function isNotPositive({ instructions, phases }: LoopStep, index: number): boolean {
  const difference = instructions[index];
  if (difference.op !== "sub") return false;
  const maximum = instructions[difference.b];
  return (
    maximum.op === "reduced" &&
    phases.some(({ reductions }) =>
      reductions.some(({ id, kind, value }) => id === maximum.id && kind === "max" && value === difference.a),
    )
  );
}
