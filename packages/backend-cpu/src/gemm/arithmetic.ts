import { i32, select, type Expression, type Operand } from "../wasm/index.ts";

/** The smaller of two signed integers. Both are evaluated twice. */
export function minimum(x: Expression<"i32">, y: Operand<"i32">): Expression<"i32"> {
  return select(i32.lt_s(x, y), x, y);
}

/** The larger of two signed integers. Both are evaluated twice. */
export function maximum(x: Expression<"i32">, y: Operand<"i32">): Expression<"i32"> {
  return select(i32.gt_s(x, y), x, y);
}

/** The next multiple of a power of two. */
export function roundUp(x: Expression<"i32">, multiple: number): Expression<"i32"> {
  return i32.and(i32.add(x, multiple - 1), -multiple);
}
