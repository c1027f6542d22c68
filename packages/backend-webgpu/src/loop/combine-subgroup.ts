import { type ReduceKind, isFloat } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Fold } from "./fold.ts";

const operations: Readonly<Record<ReduceKind, string>> = {
  sum: "subgroupAdd",
  prod: "subgroupMul",
  max: "subgroupMax",
  min: "subgroupMin",
};

/** NaN as the first and as the last of all floats that are ordered by their bits. */
const [firstNan, lastNan] = ["0xffc00000u", "0x7fc00000u"];

/** What the invocations of a subgroup hold in `value`, combined: an expression. */
export function combineSubgroup(writer: KernelWriter, { kind, dtype }: Fold, value: string): string {
  const operation = operations[kind];
  const isExtreme = kind === "max" || kind === "min";
  if (dtype === "bool") return `${kind === "max" ? "subgroupAny" : "subgroupAll"}(${value})`;
  if (dtype === "uint8" && !isExtreme) return `(${operation}(${value}) & 255u)`;
  if (!isFloat(dtype) || !isExtreme) return `${operation}(${value})`;
  // The built-in ones need not heed NaN, which counts as extreme here.
  const key = `${writer.use("ordered_bits")}(${value}, ${kind === "max" ? lastNan : firstNan})`;
  return `${writer.use("float_of_ordered_bits")}(${operation}(${key}))`;
}
