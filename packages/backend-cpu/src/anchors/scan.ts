import type { ScanStep } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import type { AnchorContext } from "./anchor-context.ts";
import { elementOf } from "./element.ts";
import { linesOf, sizeOf } from "./lines.ts";
import { defineScanAcross, defineScanAlong } from "./scan-lines.ts";
import { defineScanAlongInDouble } from "./scan-double.ts";

/**
 * Running sum, product or maximum of each line. Sums and products of floats are kept in double precision on the way and
 * rounded when they are stored; the order of operations is fixed by the length of the line.
 */
export function compileScan({ attributes, input, output }: ScanStep, context: AnchorContext): StepRunner {
  const { kind, axis, reverse } = attributes;
  const { outer, length, inner } = linesOf(input.shape, axis);
  const element = elementOf(input.dtype);
  const inDouble = element.kind === "float" && kind !== "max";
  const kernel = context.kernel(`scan ${kind} ${reverse} ${element.kind} ${inner === 1}`, (module) => {
    if (inner > 1) defineScanAcross(module, kind, element, reverse);
    else if (inDouble) defineScanAlongInDouble(module, kind, reverse);
    else defineScanAlong(module, kind, element, reverse);
  });
  const parts = context.parts(sizeOf(input.shape), outer);
  return (addresses) =>
    context.run(kernel, outer, parts, [addresses[input.slot], addresses[output.slot], length, inner]);
}
