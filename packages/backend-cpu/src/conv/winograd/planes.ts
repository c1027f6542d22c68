import { i32, v128, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { defineCutPhases } from "./phases.ts";
import { inTwoDimensions, type Transform } from "./transforms.ts";

const parameters = {
  /** The first plane of the first image, bytes from plane to plane and from image to image. */
  source: "i32",
  planeBytes: "i32",
  imageBytes: "i32",
  planes: "i32",
  images: "i32",
  height: "i32",
  width: "i32",
  /** Where the first tile begins. */
  top: "i32",
  left: "i32",
  /** Rows of tiles, and tiles of a row. */
  rows: "i32",
  tilesAcross: "i32",
  /** A plane in phases: see `defineCutPhases`. */
  scratch: "i32",
  phaseBytes: "i32",
  /** Where lines go: bytes from plane to plane, and from point to point. */
  lines: "i32",
  pitch: "i32",
  pointBytes: "i32",
} as const;

export type TransformPlanes = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that transforms squares of `size` x `size` elements, `step` apart, of some planes: for
 * each of the 36 points and each plane a line gets one element for each tile, in the order of images, rows and columns.
 */
export function defineTransformPlanes(
  module: ModuleBuilder,
  { name, step, size, transform }: { name: string; step: number; size: number; transform: Transform },
): TransformPlanes {
  const cutPhases = defineCutPhases(module, step);
  return module.function({ name, parameters }, (f, p) => {
    const rowBytes = f.let(i32.mul(p.phaseBytes, step));
    const tileRowBytes = f.let(i32.shl(p.tilesAcross, 2));
    const cutRows = f.let(i32.add(i32.mul(p.rows, step), size - step));
    f.forRange({ to: p.planes }, () => {
      const source = f.let(p.source);
      const tile = f.let(p.lines);
      f.forRange({ to: p.images }, () => {
        f.call(cutPhases, { ...p, source, target: p.scratch, rows: cutRows });
        const square = f.let(p.scratch);
        f.forRange({ to: p.rows }, () => {
          // The last four of a row may spill; what follows puts that right.
          f.forRange({ to: tileRowBytes, step: 16 }, (offset) => {
            const first = f.let(i32.add(square, offset));
            const pointer = f.let(first);
            const load = (row: number, column: number) => {
              if (row === 0) f.set(pointer, i32.add(first, i32.mul(p.phaseBytes, column % step)));
              else f.increment(pointer, rowBytes);
              return v128.load(pointer, 4 * Math.floor(column / step));
            };
            const target = f.let(i32.add(tile, offset));
            inTwoDimensions(f, size, load, transform, (_row, _column, value) => {
              f.store("v128.store", target, value).increment(target, p.pointBytes);
            });
          });
          f.increment(square, i32.mul(rowBytes, step)).increment(tile, tileRowBytes);
        });
        f.increment(source, p.imageBytes);
      });
      f.increment(p.source, p.planeBytes).increment(p.lines, p.pitch);
    });
  });
}
