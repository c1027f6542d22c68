import { i32, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { CutPlanes } from "./planes.ts";
import type { Unit } from "./units.ts";
import type { WindowLocals } from "./window-fields.ts";

/** Where the input elements of windows lie: bytes from row to row and from plane to plane. */
interface Rectangle {
  /** The first tap of the first window, in the first channel asked for. */
  readonly start: Local<"i32">;
  readonly rowBytes: Local<"i32">;
  readonly channelBytes: Local<"i32">;
}

/** Finds the part of the input that windows reach. */
export interface RectangleFinder {
  /** The rectangle of the current image. */
  find(): Rectangle;
  /** Goes to the next image. */
  nextImage(): void;
}

/**
 * Appends the code that locates the rectangle of the input that all windows of a unit cover together, in `channels` planes
 * from `firstChannel` on. If it reaches over the edge of a plane it is copied to `target`, with zeros around it.
 */
export function rectangleFinder(
  f: FunctionBuilder,
  cutPlanes: CutPlanes,
  w: WindowLocals,
  unit: Omit<Unit, "images">,
  { firstChannel, channels, target }: Readonly<Record<"firstChannel" | "channels" | "target", Local<"i32">>>,
): RectangleFinder {
  const span = (count: Local<"i32">, step: Local<"i32">, taps: Local<"i32">, tapStep: Local<"i32">) =>
    i32.add(i32.add(i32.mul(i32.sub(count, 1), step), i32.mul(i32.sub(taps, 1), tapStep)), 1);
  const top = f.let(i32.add(w.top, i32.mul(unit.row, w.rowStep)));
  const left = f.let(i32.add(w.left, i32.mul(unit.column, w.columnStep)));
  const rows = f.let(span(unit.rows, w.rowStep, w.tapRows, w.tapRowStep));
  const columns = f.let(span(unit.columns, w.columnStep, w.tapColumns, w.tapColumnStep));
  const inside = f.let(
    i32.and(
      i32.and(i32.ge_s(top, 0), i32.le_s(i32.add(top, rows), w.height)),
      i32.and(i32.ge_s(left, 0), i32.le_s(i32.add(left, columns), w.width)),
    ),
  );
  const planeBytes = f.let(i32.shl(i32.mul(w.height, w.width), 2));
  const plane = i32.add(i32.mul(i32.add(i32.mul(unit.image, w.groups), unit.group), w.channels), firstChannel);
  const source = f.let(i32.add(w.input, i32.mul(plane, planeBytes)));
  const imageBytes = f.let(i32.mul(i32.mul(w.groups, w.channels), planeBytes));
  return {
    find: () => {
      const start = f.let(i32.add(source, i32.shl(i32.add(i32.mul(top, w.width), left), 2)));
      const rowBytes = f.let(i32.shl(w.width, 2));
      const channelBytes = f.let(planeBytes);
      f.if(i32.eqz(inside), () => {
        const { height, width } = w;
        f.call(cutPlanes, { source, height, width, top, left, target, planes: channels, rows, columns });
        f.set(start, target).set(rowBytes, i32.shl(columns, 2)).set(channelBytes, i32.mul(rows, rowBytes));
      });
      return { start, rowBytes, channelBytes };
    },
    nextImage: () => void f.increment(source, imageBytes),
  };
}
