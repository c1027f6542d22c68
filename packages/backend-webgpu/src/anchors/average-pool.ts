import { type AveragePoolStep, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { castValue } from "../loop/cast.ts";
import { forEachTap, joinIndex, positionsAbove, positionsBelow, splitIndex } from "./window.ts";
import { bindSource } from "./source.ts";

/** Mean of each window, or its gradient: each output position gives its share to what lies in its window. */
export function averagePoolKernel({ attributes, input, output }: AveragePoolStep, limits: KernelLimits): Kernel {
  const { window, mode } = attributes;
  const rank = window.length;
  const isForward = mode === "forward";
  const plane = (isForward ? input : output).shape.slice(-rank);
  const pooled = (isForward ? output : input).shape.slice(-rank);
  const [own, other] = isForward ? [pooled, plane] : [plane, pooled];
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const out = writer.bind(output, output.dtype, "write");
  const label = `avgPool ${mode} [${window.join()}] of [${input.shape.join()}]`;
  return writer.forEachItem(label, sizeOf(output.shape), () => {
    writer.line(`let first = i32(item / ${sizeOf(own)}u) * ${sizeOf(other)};`);
    const at = splitIndex(writer, `(item % ${sizeOf(own)}u)`, own, "p");
    writer.line("var total = 0.0f;");
    if (isForward) writeDivisor(writer, at, plane, attributes);
    forEachTap(writer, window, (taps) => {
      const place = isForward
        ? positionsBelow(writer, at, taps, plane, attributes)
        : positionsAbove(writer, at, taps, pooled, attributes);
      if (!isForward) writeDivisor(writer, place, plane, attributes);
      writer.line(`total += ${x.load(`first + ${joinIndex(place, other)}`)} / divisor;`);
    });
    out.store("item", castValue(writer, "float32", output.dtype, "total"));
  });
}

/** The number that the average at an output position divides by: how many taps lie in the input, or the padded input. */
function writeDivisor(
  writer: KernelWriter,
  at: readonly string[],
  plane: readonly number[],
  { window, stride, dilation, padBefore, padAfter, countPadding }: AveragePoolStep["attributes"],
): void {
  const counts = at.map((position, k) => {
    const [low, high] = countPadding ? [-padBefore[k], plane[k] + padAfter[k]] : [0, plane[k]];
    const start = writer.let(`${position} * ${stride[k]} - ${padBefore[k]}`);
    // Taps at start + i · dilation with low <= … < high.
    const before = `max(0, (${low + dilation[k] - 1} - ${start}) / ${dilation[k]})`;
    const upTo = `clamp((${high + dilation[k] - 1} - ${start}) / ${dilation[k]}, 0, ${window[k]})`;
    return `max(0, ${upTo} - ${before})`;
  });
  writer.line(`let divisor = f32(${counts.join(" * ")});`);
}
