import type { ScanKind } from "@minima/tensor";
import { f32, f32x4, f64, f64x2, i32, shuffle, v128, type ModuleBuilder } from "../wasm/index.ts";
import { kernelName } from "./anchor-context.ts";

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32", length: "i32", inner: "i32" } as const;

/**
 * Running sums or products of floats that lie side by side. Four at a time: the totals within the four do not wait for
 * those before them, so that only one operation in four is on the critical path.
 */
export function defineScanAlongInDouble(module: ModuleBuilder, kind: ScanKind, reverse: boolean): void {
  const fold = kind === "sum" ? f64x2.add : f64x2.mul;
  const foldOne = kind === "sum" ? f64.add : f64.mul;
  const neutral = f64x2.const(kind === "sum" ? 0 : 1);
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output, length }) => {
    const lineBytes = f.let(i32.shl(length, 2));
    const start = f.letAtEntry(neutral);
    f.forRange({ from: first, to: last }, (line) => {
      const offset = f.let(i32.mul(line, lineBytes));
      const [from, to] = [f.let(i32.add(input, offset)), f.let(i32.add(output, offset))];
      if (reverse) f.increment(from, i32.sub(lineBytes, 16)).increment(to, i32.sub(lineBytes, 16));
      const total = f.let(start);
      f.forRange({ to: i32.shr_u(length, 2) }, () => {
        const values = f.let(v128.load(from));
        const ordered = reverse ? f.let(shuffle(values, values, [3, 2, 1, 0])) : values;
        const low = f.let(f64x2.promote_low_f32x4(ordered));
        const high = f.let(f64x2.promote_low_f32x4(shuffle(ordered, ordered, [2, 3, 2, 3])));
        // (a, b) becomes (a, a + b); the second pair continues from the first.
        const lowTotals = f.let(fold(low, shuffle(start, low, [0, 2])));
        const pairTotals = f.let(fold(high, shuffle(start, high, [0, 2])));
        const highTotals = f.let(fold(pairTotals, shuffle(lowTotals, lowTotals, [1, 1])));
        const [x, y] = [f.let(fold(total, lowTotals)), f.let(fold(total, highTotals))];
        f.set(total, shuffle(y, y, [1, 1]));
        const rounded = shuffle(
          f32x4.demote_f64x2_zero(x),
          f32x4.demote_f64x2_zero(y),
          reverse ? [5, 4, 1, 0] : [0, 1, 4, 5],
        );
        f.store("v128.store", to, rounded);
        f.increment(from, reverse ? -16 : 16).increment(to, reverse ? -16 : 16);
      });
      if (reverse) f.increment(from, 12).increment(to, 12);
      const rest = f.let(f64x2.extract_lane(total, 0));
      f.forRange({ to: i32.and(length, 3) }, () => {
        f.set(rest, foldOne(rest, f64.promote_f32(f32.load(from)))).store("f32.store", to, f32.demote_f64(rest));
        f.increment(from, reverse ? -4 : 4).increment(to, reverse ? -4 : 4);
      });
    });
  });
}
