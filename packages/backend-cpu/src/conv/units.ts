import { i32, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import type { WindowLocals } from "./window-fields.ts";

/** A part of the work: the windows `rows` x `columns` from (`row`, `column`) on, of some images and one group. */
export type Unit = Readonly<Record<"image" | "images" | "group" | "row" | "rows" | "column" | "columns", Local<"i32">>>;

/** The unit of a group with a given number: chunks of images come first, then units down and across the plane. */
export function unitOf(f: FunctionBuilder, w: WindowLocals, group: Local<"i32">, number: Local<"i32">): Unit {
  const across = f.let(i32.rem_u(number, w.unitsAcross));
  const rest = f.let(i32.div_u(number, w.unitsAcross));
  const image = f.let(i32.mul(i32.div_u(rest, w.unitsDown), w.chunkImages));
  const row = f.let(i32.mul(i32.rem_u(rest, w.unitsDown), w.unitRows));
  const column = f.let(i32.mul(across, w.unitColumns));
  return {
    image,
    images: f.let(minimum(i32.sub(w.images, image), w.chunkImages)),
    group,
    row,
    rows: f.let(minimum(i32.sub(w.rows, row), w.unitRows)),
    column,
    columns: f.let(minimum(i32.sub(w.columns, column), w.unitColumns)),
  };
}

/** Elements of windows from k on, `depth` of them: the channels and taps they belong to. */
export interface DepthRange {
  readonly firstChannel: Local<"i32">;
  readonly firstTap: Local<"i32">;
  readonly channels: Local<"i32">;
}

export function depthRange(f: FunctionBuilder, w: WindowLocals, k: Local<"i32">, depth: Local<"i32">): DepthRange {
  const taps = f.let(i32.mul(w.tapRows, w.tapColumns));
  const firstChannel = f.let(i32.div_u(k, taps));
  const firstTap = f.let(i32.rem_u(k, taps));
  const channels = f.let(i32.div_u(i32.add(i32.add(firstTap, depth), i32.sub(taps, 1)), taps));
  return { firstChannel, firstTap, channels };
}
