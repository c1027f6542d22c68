import type { ScanKind } from "@minima/tensor";
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { kernelName } from "./anchor-context.ts";
import type { Element } from "./element.ts";
import { manyTotals, oneTotal, type Totals } from "./scan-totals.ts";

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32", length: "i32", inner: "i32" } as const;

/** Vectors whose lines are scanned at a time: 16 lines, so that whole cache lines are read. */
const mostVectors = 4;

/** Lines whose elements lie side by side, one after the other. */
export function defineScanAlong(module: ModuleBuilder, kind: ScanKind, element: Element, reverse: boolean): void {
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output, length }) => {
    const lineBytes = f.let(i32.mul(length, element.bytes));
    const step = f.let(i32.const(reverse ? -element.bytes : element.bytes));
    const totals = oneTotal(f, kind, element);
    f.forRange({ from: first, to: last }, (line) => {
      const offset = f.let(i32.mul(line, lineBytes));
      if (reverse) f.increment(offset, i32.sub(lineBytes, element.bytes));
      scanLines(f, totals, f.let(i32.add(input, offset)), f.let(i32.add(output, offset)), length, step);
    });
  });
}

/** Lines that lie side by side: 16, 4 or 1 at a time. */
export function defineScanAcross(module: ModuleBuilder, kind: ScanKind, element: Element, reverse: boolean): void {
  module.function(
    { name: kernelName, parameters, exported: true },
    (f, { first, last, input, output, length, inner }) => {
      const stepBytes = f.let(i32.mul(inner, element.bytes));
      const planeBytes = f.let(i32.mul(length, stepBytes));
      const step = f.let(reverse ? i32.sub(0, stepBytes) : stepBytes);
      const widths = element.bytes === 4 ? [4 * mostVectors, 4, 1] : [1];
      const columns = widths.map((width) => ({
        width,
        totals: width === 1 ? oneTotal(f, kind, element) : manyTotals(f, kind, element, width / 4),
      }));
      f.forRange({ from: first, to: last }, (plane) => {
        const offset = f.let(i32.mul(plane, planeBytes));
        if (reverse) f.increment(offset, i32.sub(planeBytes, stepBytes));
        const rest = f.let(inner);
        for (const { width, totals } of columns) {
          f.while(i32.ge_s(rest, width), () => {
            scanLines(f, totals, f.let(i32.add(input, offset)), f.let(i32.add(output, offset)), length, step);
            f.increment(offset, width * element.bytes).increment(rest, -width);
          });
        }
      });
    },
  );
}

/** From the first element to the last; changes the pointers. */
function scanLines(
  f: FunctionBuilder,
  totals: Totals,
  from: Local<"i32">,
  to: Local<"i32">,
  length: Local<"i32">,
  step: Local<"i32">,
): void {
  totals.reset();
  f.forRange({ to: length }, () => {
    totals.step(from, to);
    f.increment(from, step).increment(to, step);
  });
}
