import { i32, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { CorrelationLocals } from "./correlation-fields.ts";
import { copyExactly } from "./copy-floats.ts";
import type { Unit } from "./units.ts";

/** Bytes from the start of an output plane to the first window of a unit. */
export function firstElement(w: CorrelationLocals, { row, column }: Unit): Expression<"i32"> {
  const outputRow = i32.add(w.outputTop, i32.mul(row, w.outputRowStep));
  const outputColumn = i32.add(w.outputLeft, i32.mul(column, w.outputColumnStep));
  return i32.shl(i32.add(i32.mul(outputRow, w.outputWidth), outputColumn), 2);
}

/** Results in the workspace: rows of windows `rowBytes` apart, in planes `scratchPitch` apart, and where they belong. */
export type Spread = Readonly<Record<"source" | "rowBytes" | "target" | "planeBytes", Local<"i32">>>;

/** Copies the results of a unit for one image from the workspace to where they belong. */
export function spreadResults(f: FunctionBuilder, w: CorrelationLocals, unit: Unit, p: Spread): void {
  const { rows, columns } = unit;
  const targetRowBytes = f.let(i32.shl(i32.mul(w.outputRowStep, w.outputWidth), 2));
  const columnBytes = f.let(i32.shl(w.outputColumnStep, 2));
  const [lineRows, lineColumns] = [f.let(rows), f.let(columns)];
  // Rows without gaps on both sides are one long row.
  f.if(
    i32.and(
      i32.eq(columnBytes, 4),
      i32.and(i32.eq(p.rowBytes, targetRowBytes), i32.eq(p.rowBytes, i32.shl(columns, 2))),
    ),
    () => void f.set(lineColumns, i32.mul(rows, columns)).set(lineRows, 1),
  );
  f.forRange({ to: w.outputs }, (output) => {
    const from = f.let(i32.add(p.source, i32.mul(output, w.scratchPitch)));
    const to = f.let(i32.add(p.target, i32.mul(output, p.planeBytes)));
    f.forRange({ to: lineRows }, () => {
      f.if(
        i32.eq(columnBytes, 4),
        () => copyExactly(f, to, from, lineColumns),
        () => {
          const element = f.let(to);
          f.forRange({ to: i32.shl(lineColumns, 2), step: 4 }, (offset) => {
            f.store("i32.store", element, i32.load(i32.add(from, offset)));
            f.increment(element, columnBytes);
          });
        },
      );
      f.increment(from, p.rowBytes).increment(to, targetRowBytes);
    });
  });
}
