import { type MaxPoolStep, type PoolIndexStep, isFloat, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { valueType } from "../kernel/value-type.ts";
import { forEachTap, joinIndex, positionsBelow, splitIndex } from "./window.ts";
import { bindSource } from "./source.ts";

/** Where in the window axes of the input each window has its first maximum, or that maximum; NaN counts as the largest. */
export function maxPoolKernel(step: PoolIndexStep | MaxPoolStep, limits: KernelLimits): Kernel {
  const { kind, attributes, input, output } = step;
  const { window } = attributes;
  const rank = window.length;
  const plane = input.shape.slice(-rank);
  const pooled = output.shape.slice(-rank);
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const out = writer.bind(output, output.dtype, "write");
  return writer.forEachItem(`${kind} [${window.join()}] of [${input.shape.join()}]`, sizeOf(output.shape), () => {
    writer.line(`let first = i32(item / ${sizeOf(pooled)}u) * ${sizeOf(plane)};`);
    const at = splitIndex(writer, `(item % ${sizeOf(pooled)}u)`, pooled, "y");
    writer.line("var best = -1;");
    writer.line(`var largest: ${valueType[input.dtype]};`);
    forEachTap(writer, window, (taps) => {
      const from = positionsBelow(writer, at, taps, plane, attributes);
      writer.line(`let position = ${joinIndex(from, plane)};`);
      writer.line(`let value = ${x.load("first + position")};`);
      const isNan = (name: string): string => (isFloat(input.dtype) ? `${writer.use("is_nan")}(${name})` : "false");
      const isLarger = `!${isNan("largest")} && (value > largest || ${isNan("value")})`;
      writer.line(`if (best < 0 || (${isLarger})) { best = position; largest = value; }`);
    });
    out.store("item", kind === "maxPool" ? "largest" : "best");
  });
}
