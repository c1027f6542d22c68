import { type DType, type ReduceKind, type Reduction, isFloat } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { literal } from "../kernel/value-type.ts";
import { binaryValue } from "./arithmetic.ts";

/** How two partial results of a reduction become one. */
export function combine(writer: KernelWriter, { kind, dtype }: Fold, a: string, b: string): string {
  return binaryValue(writer, kind === "sum" ? "add" : kind === "prod" ? "mul" : kind, dtype, a, b);
}

/** The value that changes nothing when it is folded in. */
export function identity(writer: KernelWriter, { kind, dtype }: Fold): string {
  if (kind === "sum") return literal(0, dtype);
  if (kind === "prod") return literal(1, dtype);
  if (isFloat(dtype)) return `${kind === "max" ? "-" : ""}${writer.use("infinity")}()`;
  return literal(integerBounds[dtype][kind === "max" ? 0 : 1], dtype);
}

export type Fold = Pick<Reduction, "kind" | "dtype">;

const integerBounds: Readonly<Record<Exclude<DType, "float32" | "float16">, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, 1],
};

/** Whether partial results lose accuracy with the number of terms, so that they are summed up in two levels. */
export function isFloatSum({ kind, dtype }: Fold): boolean {
  return kind === ("sum" satisfies ReduceKind) && dtype === "float32";
}
