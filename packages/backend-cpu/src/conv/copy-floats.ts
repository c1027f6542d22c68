import { f32, f32x4, i32, v128, type Expression, type FunctionBuilder, type Operand } from "../wasm/index.ts";

/**
 * Copies `count` floats by whole vectors: up to three more are read, and written, behind the last. For rows written in
 * ascending order, each of which puts right what the one before it spilled.
 */
export function copyAndSpill(
  f: FunctionBuilder,
  target: Expression<"i32">,
  source: Expression<"i32">,
  count: Operand<"i32">,
): void {
  const [to, from] = [f.let(target), f.let(source)];
  f.forRange({ to: count, step: 4 }, () => {
    f.store("v128.store", to, v128.load(from));
    f.increment(to, 16).increment(from, 16);
  });
}

/** Zeros, with the same licence. */
export function clearAndSpill(f: FunctionBuilder, target: Expression<"i32">, count: Operand<"i32">): void {
  const to = f.let(target);
  const zero = f.letAtEntry(f32x4.const(0));
  f.forRange({ to: count, step: 4 }, () => {
    f.store("v128.store", to, zero).increment(to, 16);
  });
}

/** Copies exactly `count` floats. */
export function copyExactly(
  f: FunctionBuilder,
  target: Expression<"i32">,
  source: Expression<"i32">,
  count: Expression<"i32">,
): void {
  const [to, from, total] = [f.let(target), f.let(source), f.let(count)];
  f.forRange({ to: i32.shr_u(total, 2) }, () => {
    f.store("v128.store", to, v128.load(from));
    f.increment(to, 16).increment(from, 16);
  });
  f.forRange({ to: i32.and(total, 3) }, () => {
    f.store("f32.store", to, f32.load(from));
    f.increment(to, 4).increment(from, 4);
  });
}
