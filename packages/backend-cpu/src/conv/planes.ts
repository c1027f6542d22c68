import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { maximum, minimum } from "../gemm/arithmetic.ts";
import { clearAndSpill, copyAndSpill } from "./copy-floats.ts";

const parameters = {
  source: "i32",
  height: "i32",
  width: "i32",
  top: "i32",
  left: "i32",
  target: "i32",
  planes: "i32",
  rows: "i32",
  columns: "i32",
} as const;

export type CutPlanes = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that cuts the rectangle of `rows` x `columns` elements at (`top`, `left`) out of adjacent planes
 * of `height` x `width`, and writes it without gaps; what lies outside of a plane is zero. Up to three elements behind
 * the last are overwritten.
 */
export function defineCutPlanes(module: ModuleBuilder): CutPlanes {
  return module.function({ name: "cutPlanes", parameters }, (f, p) => {
    // Columns [first, last) of the rectangle lie in the plane.
    const first = f.let(minimum(maximum(i32.sub(0, p.left), 0), p.columns));
    const last = f.let(maximum(minimum(i32.sub(p.width, p.left), p.columns), first));
    const inside = f.let(i32.sub(last, first));
    const behind = f.let(i32.sub(p.columns, last));
    const rowBytes = f.let(i32.shl(p.columns, 2));
    const sourceRowBytes = f.let(i32.shl(p.width, 2));
    const start = f.let(i32.add(p.source, i32.shl(i32.add(p.left, first), 2)));
    f.forRange({ to: p.planes }, () => {
      f.forRange({ to: p.rows }, (row) => {
        const sourceRow = f.let(i32.add(p.top, row));
        f.if(
          i32.lt_u(sourceRow, p.height),
          () => {
            clearAndSpill(f, p.target, first);
            const middle = i32.add(p.target, i32.shl(first, 2));
            copyAndSpill(f, middle, i32.add(start, i32.mul(sourceRow, sourceRowBytes)), inside);
            clearAndSpill(f, i32.add(p.target, i32.shl(last, 2)), behind);
          },
          () => clearAndSpill(f, p.target, p.columns),
        );
        f.increment(p.target, rowBytes);
      });
      f.increment(start, i32.mul(p.height, sourceRowBytes));
    });
  });
}
