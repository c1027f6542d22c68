import { i32, shuffle, v128, type FunctionReference, type Local, type ModuleBuilder } from "../../wasm/index.ts";
import type { FunctionBuilder } from "../../wasm/index.ts";
import { minimum } from "../../gemm/arithmetic.ts";
import { transpose4x4 } from "../../gemm/pack.ts";
import { copyExactly } from "../copy-floats.ts";
import { correlationFields } from "./correlation-fields.ts";
import { inTwoDimensions, points, sumsOf, transformProducts } from "./transforms.ts";

const parameters = {
  problem: "i32",
  workspace: "i32",
  target: "i32",
  row: "i32",
  rows: "i32",
  images: "i32",
} as const;

export type TransformSums = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that makes the output of a unit from the sums of products at the 36 points: for each
 * of them a line of tiles a plane. `target` is the first output plane of the first image.
 */
export function defineTransformSums(module: ModuleBuilder, taps: number): TransformSums {
  const step = sumsOf(taps);
  return module.function({ name: "transformSums", parameters }, (f, { problem, workspace, target, ...unit }) => {
    const w = correlationFields.read(f, problem);
    const planeBytes = f.let(i32.shl(i32.mul(w.rows, w.columns), 2));
    const outputRowBytes = f.let(i32.shl(w.columns, 2));
    const tileRowBytes = f.let(i32.shl(w.tilesAcross, 2));
    const scratchRowBytes = f.let(i32.mul(i32.and(i32.add(tileRowBytes, 15), -16), step));
    const pointRowBytes = f.let(i32.mul(w.sumPointBytes, points));
    const firstRow = f.let(i32.mul(unit.row, step));
    const line = f.let(i32.add(workspace, w.sumsOffset));
    f.forRange({ to: w.outputs }, () => {
      const tile = f.let(line);
      const plane = f.let(target);
      f.forRange({ to: unit.images }, () => {
        const to = f.let(i32.add(plane, i32.mul(firstRow, outputRowBytes)));
        const left = f.let(i32.sub(w.rows, firstRow));
        f.forRange({ to: unit.rows }, () => {
          f.forRange({ to: tileRowBytes, step: 16 }, (offset) => {
            const first = f.let(i32.add(tile, offset));
            const pointer = f.let(first);
            const load = (row: number, column: number) => {
              // Columns are loaded one after the other, points lie row by row.
              if (row === 0) f.set(pointer, i32.add(first, i32.mul(w.sumPointBytes, column)));
              else f.increment(pointer, pointRowBytes);
              return v128.load(pointer);
            };
            const scratch = f.let(i32.add(workspace, i32.mul(offset, step)));
            const sums: Local<"v128">[] = [];
            inTwoDimensions(
              f,
              points,
              load,
              (_, values) => transformProducts(f, values, step),
              (_row, column, value) => {
                sums[column] = f.let(value);
                if (column < step - 1) return;
                interleave(f, sums).forEach((four, i) => f.store("v128.store", scratch, four, 16 * i));
                f.increment(scratch, scratchRowBytes);
              },
            );
          });
          const from = f.let(workspace);
          f.forRange({ to: minimum(left, step) }, () => {
            copyExactly(f, to, from, w.columns);
            f.increment(from, scratchRowBytes).increment(to, outputRowBytes);
          });
          f.increment(left, -step).increment(tile, tileRowBytes);
        });
        f.increment(plane, i32.mul(i32.mul(w.groups, w.outputs), planeBytes));
      });
      f.increment(target, planeBytes).increment(line, w.pitch);
    });
  });
}

/** Two or four vectors with a lane for each tile, to vectors with one tile after the other. */
function interleave(f: FunctionBuilder, vectors: readonly Local<"v128">[]) {
  if (vectors.length === 4) return transpose4x4(f, vectors);
  const [x, y] = vectors;
  return [shuffle(x, y, [0, 4, 1, 5]), shuffle(x, y, [2, 6, 3, 7])];
}
