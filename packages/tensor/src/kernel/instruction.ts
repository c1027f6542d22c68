import type { DType } from "../dtype.ts";
import type { Affine, Instruction } from "./step.ts";

/** The earlier instructions that an instruction reads; not the value behind a `reduced`. */
export function operandsOf(instruction: Instruction): number[] {
  switch (instruction.op) {
    case "load":
      return instruction.guard === undefined ? [] : [instruction.guard];
    case "randomBits":
      return [instruction.key0, instruction.key1, instruction.counter, instruction.high, instruction.index];
    default: {
      if (!("a" in instruction)) return [];
      if (!("b" in instruction)) return [instruction.a];
      return "c" in instruction ? [instruction.a, instruction.b, instruction.c] : [instruction.a, instruction.b];
    }
  }
}

/** The affine functions of the loop variables that an instruction evaluates. */
export function affinesOf(instruction: Instruction): readonly Affine[] {
  if (instruction.op === "load" || instruction.op === "index") return [instruction];
  return instruction.op === "inside" ? instruction.bounds : [];
}

/** The dtype of an instruction's value: comparisons give bool whatever they compare. */
export function valueDType(instruction: Instruction): DType {
  return instruction.op === "less" || instruction.op === "equal" ? "bool" : instruction.dtype;
}

/** All instructions that must be evaluated to know the `roots`, in ascending order. */
export function closureOf(instructions: readonly Instruction[], roots: Iterable<number>): number[] {
  const found = new Set<number>();
  const visit = (index: number): void => {
    if (found.has(index)) return;
    found.add(index);
    operandsOf(instructions[index]).forEach(visit);
  };
  for (const root of roots) visit(root);
  return [...found].sort((a, b) => a - b);
}

/** For each instruction, whether its value depends on affine functions of the loop variables that are of some kind. */
export function findVarying(instructions: readonly Instruction[], isVarying: (affine: Affine) => boolean): boolean[] {
  const varying: boolean[] = [];
  for (const instruction of instructions) {
    varying.push(affinesOf(instruction).some(isVarying) || operandsOf(instruction).some((operand) => varying[operand]));
  }
  return varying;
}
