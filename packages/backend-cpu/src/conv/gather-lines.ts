import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import type { Fields } from "./fields.ts";
import { defineWriteLines } from "./lines.ts";
import type { CutPlanes } from "./planes.ts";
import { rectangleFinder } from "./rectangle.ts";
import { depthRange } from "./units.ts";
import type { WindowLocals } from "./window-fields.ts";

const parameters = {
  problem: "i32",
  workspace: "i32",
  image: "i32",
  images: "i32",
  group: "i32",
  row: "i32",
  rows: "i32",
  column: "i32",
  columns: "i32",
  k: "i32",
  depth: "i32",
} as const;

export type GatherLines = FunctionReference<typeof parameters, null>;

/** Defines the function that writes lines `k` to `k + depth` of the windows of a unit, one image after the other in each. */
export function defineGatherLines(
  module: ModuleBuilder,
  fields: Fields<keyof WindowLocals>,
  cutPlanes: CutPlanes,
): GatherLines {
  const writeLines = defineWriteLines(module);
  return module.function({ name: "gatherLines", parameters }, (f, { problem, workspace, ...p }) => {
    const w = fields.read(f, problem);
    const range = depthRange(f, w, p.k, p.depth);
    const rectangle = rectangleFinder(f, cutPlanes, w, p, { ...range, target: workspace });
    const target = f.let(i32.add(workspace, w.linesOffset));
    const targetBytes = f.let(i32.shl(i32.mul(p.rows, p.columns), 2));
    f.forRange({ to: p.images }, () => {
      const { start, rowBytes, channelBytes } = rectangle.find();
      f.call(writeLines, {
        source: start,
        channelBytes,
        tapRows: w.tapRows,
        tapColumns: w.tapColumns,
        tapRowBytes: i32.mul(w.tapRowStep, rowBytes),
        tapColumnBytes: i32.shl(w.tapColumnStep, 2),
        firstTap: range.firstTap,
        depth: p.depth,
        rows: p.rows,
        columns: p.columns,
        rowBytes: i32.mul(w.rowStep, rowBytes),
        columnBytes: i32.shl(w.columnStep, 2),
        target,
        pitch: w.pitch,
      });
      rectangle.nextImage();
      f.increment(target, targetBytes);
    });
  });
}
