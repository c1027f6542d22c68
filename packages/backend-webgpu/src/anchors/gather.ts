import { type GatherStep, isFloat, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { literal } from "../kernel/value-type.ts";
import { linesOf } from "./lines.ts";
import { bindSource } from "./source.ts";

/** out[o, i, r] = x[o, index[o, i, r], r]; outside of the axis NaN for floats, else 0. No extent is 0. */
export function gatherKernel({ axis, input, index, output }: GatherStep, limits: KernelLimits): Kernel {
  const writer = new KernelWriter(limits);
  const values = bindSource(writer, input);
  const at = bindSource(writer, index);
  const out = writer.bind(output, output.dtype, "write");
  const { length, inner } = linesOf(output.shape, axis);
  const extent = input.shape[axis];
  return writer.forEachItem(`gather axis ${axis} of [${input.shape.join()}]`, sizeOf(output.shape), () => {
    writer.line(`let index = ${at.load("item")};`);
    writer.line(`let picked = u32(clamp(index, 0, ${extent - 1}));`);
    writer.line(`let line = item / ${length * inner}u;`);
    writer.line(`let place = (line * ${extent}u + picked) * ${inner}u + item % ${inner}u;`);
    const outside = isFloat(output.dtype) ? `${writer.use("not_a_number")}()` : literal(0, output.dtype);
    out.store("item", `select(${outside}, ${values.load("place")}, index == i32(picked))`);
  });
}
