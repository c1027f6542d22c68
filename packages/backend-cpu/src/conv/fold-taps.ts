import { f32, f32x4, i32, v128, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { maximum, minimum } from "../gemm/arithmetic.ts";

const parameters = {
  source: "i32",
  pitch: "i32",
  rows: "i32",
  columns: "i32",
  rowStep: "i32",
  columnStep: "i32",
  tapRows: "i32",
  tapColumns: "i32",
  tapRowStep: "i32",
  tapColumnStep: "i32",
  top: "i32",
  left: "i32",
  plane: "i32",
  height: "i32",
  width: "i32",
} as const;

export type FoldTaps = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that computes one plane of `height` x `width` elements from lines, one for each tap, of `rows` x
 * `columns` elements: each goes to where its window has this tap (see `Windows`). What meets is added, in the order of
 * the taps; what falls outside of the plane is dropped.
 */
export function defineFoldTaps(module: ModuleBuilder): FoldTaps {
  return module.function({ name: "foldTaps", parameters }, (f, p) => {
    f.fillMemory(p.plane, 0, i32.shl(i32.mul(p.height, p.width), 2));
    const columnBytes = f.let(i32.shl(p.columnStep, 2));
    // How many windows come before the position given.
    const before = (position: ReturnType<typeof i32.sub>) => {
      const distance = f.let(position);
      f.set(distance, i32.div_u(i32.add(maximum(distance, 0), i32.sub(p.columnStep, 1)), p.columnStep));
      return f.let(minimum(distance, p.columns));
    };
    f.forRange({ to: p.tapRows }, (tapRow) => {
      f.forRange({ to: p.tapColumns }, (tapColumn) => {
        const left = f.let(i32.add(p.left, i32.mul(tapColumn, p.tapColumnStep)));
        const first = before(i32.sub(0, left));
        const last = before(i32.sub(p.width, left));
        const count = f.let(maximum(i32.sub(last, first), 0));
        const start = f.let(i32.add(left, i32.mul(first, p.columnStep)));
        f.forRange({ to: p.rows }, (row) => {
          const planeRow = f.let(i32.add(i32.add(p.top, i32.mul(tapRow, p.tapRowStep)), i32.mul(row, p.rowStep)));
          f.if(i32.lt_u(planeRow, p.height), () => {
            const from = f.let(i32.add(p.source, i32.shl(i32.add(i32.mul(row, p.columns), first), 2)));
            const to = f.let(i32.add(p.plane, i32.shl(i32.add(i32.mul(planeRow, p.width), start), 2)));
            const fours = f.let(i32.shr_u(count, 2));
            f.if(i32.ne(p.columnStep, 1), () => void f.set(fours, 0));
            f.forRange({ to: fours }, () => {
              f.store("v128.store", to, f32x4.add(v128.load(to), v128.load(from)));
              f.increment(to, 16).increment(from, 16);
            });
            f.forRange({ from: i32.shl(fours, 2), to: count }, () => {
              f.store("f32.store", to, f32.add(f32.load(to), f32.load(from)));
              f.increment(to, columnBytes).increment(from, 4);
            });
          });
        });
        f.increment(p.source, p.pitch);
      });
    });
  });
}
