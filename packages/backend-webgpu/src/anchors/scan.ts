import type { ScanStep } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { valueType } from "../kernel/value-type.ts";
import { castValue } from "../loop/cast.ts";
import { combine, identity } from "../loop/fold.ts";
import { linesOf } from "./lines.ts";

/** Running sum, product or maximum of each line, one invocation a line. */
export function scanKernel({ attributes, input, output }: ScanStep, limits: KernelLimits): Kernel {
  const { kind, axis, reverse } = attributes;
  const writer = new KernelWriter(limits);
  const x = writer.bind(input, input.dtype, "read");
  const out = writer.bind(output, output.dtype, "write");
  const { length, inner, count } = linesOf(input.shape, axis);
  const fold = { kind, dtype: output.dtype };
  const label = `scan ${kind}${reverse ? " reversed" : ""} axis ${axis} of [${input.shape.join()}]`;
  return writer.forEachItem(label, count, () => {
    const isFloatSum = kind === "sum" && output.dtype === "float32";
    writer.line(`var total: ${valueType[output.dtype]} = ${identity(writer, fold)};`);
    // What rounding took from a float sum (Kahan, "Further remarks on reducing truncation errors", CACM 8, 1965).
    if (isFloatSum) writer.line("var lost = 0.0f;");
    writer.block(`for (var i = 0u; i < ${length}u; i++)`, () => {
      const position = reverse ? `(${length - 1}u - i)` : "i";
      writer.line(`let place = ((item / ${inner}u) * ${length}u + ${position}) * ${inner}u + item % ${inner}u;`);
      writer.line(`let value = ${castValue(writer, input.dtype, output.dtype, x.load("place"))};`);
      if (isFloatSum) {
        writer.line("let term = value - lost;");
        writer.line("let sum = total + term;");
        writer.line("let rest = (sum - total) - term;");
        // An infinity loses nothing: subtracted from itself it would be NaN.
        writer.line("lost = select(0.0f, rest, abs(rest) <= abs(sum));");
        writer.line("total = sum;");
      } else {
        writer.line(`total = ${combine(writer, fold, "total", "value")};`);
      }
      out.store("place", "total");
    });
  });
}
