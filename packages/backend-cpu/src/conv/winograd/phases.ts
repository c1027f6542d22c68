import { f32, i32, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { maximum, minimum } from "../../gemm/arithmetic.ts";
import { clearAndSpill } from "../copy-floats.ts";

const parameters = {
  source: "i32",
  height: "i32",
  width: "i32",
  top: "i32",
  left: "i32",
  target: "i32",
  rows: "i32",
  phaseBytes: "i32",
} as const;

/** Copies a part of a plane, columns sorted by their remainders. */
export type CutPhases = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that copies `rows` rows of a plane of `height` x `width`, from (`top`, `left`) on, each as `step`
 * phases of `phaseBytes`: phase p holds the columns p, p + step, p + 2·step and so on, so that neighbouring tiles, `step`
 * columns apart, find theirs side by side. What lies outside of the plane is zero.
 */
export function defineCutPhases(module: ModuleBuilder, step: number): CutPhases {
  return module.function({ name: "cutPhases", parameters }, (f, p) => {
    const columns = f.let(i32.shr_u(p.phaseBytes, 2));
    /** How many columns of a phase lie before column `end` of the rectangle. */
    const before = (end: ReturnType<typeof i32.sub>) =>
      f.let(minimum(i32.div_u(i32.add(maximum(end, 0), step - 1), step), columns));
    f.forRange({ to: step }, (phase) => {
      const column = f.let(i32.add(p.left, phase));
      const first = before(i32.sub(0, column));
      const last = before(i32.sub(p.width, column));
      const target = f.let(i32.add(p.target, i32.mul(phase, p.phaseBytes)));
      f.forRange({ to: p.rows }, (row) => {
        const sourceRow = f.let(i32.add(p.top, row));
        clearAndSpill(f, target, columns);
        f.if(i32.lt_u(sourceRow, p.height), () => {
          const at = i32.add(i32.mul(sourceRow, p.width), i32.add(column, i32.mul(first, step)));
          const from = f.let(i32.add(p.source, i32.shl(at, 2)));
          const to = f.let(i32.add(target, i32.shl(first, 2)));
          f.forRange({ from: first, to: last }, () => {
            f.store("f32.store", to, f32.load(from));
            f.increment(from, 4 * step).increment(to, 4);
          });
        });
        f.increment(target, i32.mul(p.phaseBytes, step));
      });
    });
  });
}
