import { i32, type FunctionBuilder, type Local } from "../../wasm/index.ts";
import { minimum } from "../../gemm/arithmetic.ts";
import type { TileLocals } from "./fields.ts";

/** A part of the work: the rows of tiles from `row` on, of some images. */
export type TileUnit = Readonly<Record<"image" | "images" | "row" | "rows", Local<"i32">>>;

/** The unit of a group with a given number: chunks of images come first, then units from top to bottom. */
export function tileUnitOf(f: FunctionBuilder, w: TileLocals, number: Local<"i32">): TileUnit {
  const image = f.let(i32.mul(i32.div_u(number, w.unitsDown), w.chunkImages));
  const row = f.let(i32.mul(i32.rem_u(number, w.unitsDown), w.unitRows));
  return {
    image,
    images: f.let(minimum(i32.sub(w.images, image), w.chunkImages)),
    row,
    rows: f.let(minimum(i32.sub(w.tilesDown, row), w.unitRows)),
  };
}
