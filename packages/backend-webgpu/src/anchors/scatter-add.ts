import type { ScatterAddStep } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { literal } from "../kernel/value-type.ts";
import { binaryValue } from "../loop/arithmetic.ts";
import { linesOf } from "./lines.ts";

/**
 * out[o, index[o, i, r], r] += source[o, i, r] from zeros; an index outside of the axis is left out. One invocation has
 * one line of the output to itself and adds in ascending order of i, so that the sums do not depend on scheduling.
 */
export function scatterAddKernel({ axis, index, source, output }: ScatterAddStep, limits: KernelLimits): Kernel {
  const writer = new KernelWriter(limits);
  const at = writer.bind(index, index.dtype, "read");
  const values = writer.bind(source, source.dtype, "read");
  const out = writer.bind(output, output.dtype, "write");
  const { length, inner, count } = linesOf(source.shape, axis);
  const extent = output.shape[axis];
  return writer.forEachItem(`scatterAdd axis ${axis} into [${output.shape.join()}]`, count, () => {
    writer.line(`let before = item / ${inner}u;`);
    writer.line(`let after = item % ${inner}u;`);
    writer.block(`for (var i = 0u; i < ${extent}u; i++)`, () => {
      out.store(`(before * ${extent}u + i) * ${inner}u + after`, literal(0, output.dtype));
    });
    writer.block(`for (var i = 0u; i < ${length}u; i++)`, () => {
      writer.line(`let place = (before * ${length}u + i) * ${inner}u + after;`);
      writer.line(`let picked = ${at.load("place")};`);
      writer.block(`if (picked >= 0 && picked < ${extent})`, () => {
        writer.line(`let target_place = (before * ${extent}u + u32(picked)) * ${inner}u + after;`);
        const sum = binaryValue(writer, "add", output.dtype, out.load("target_place"), values.load("place"));
        out.store("target_place", sum);
      });
    });
  });
}
