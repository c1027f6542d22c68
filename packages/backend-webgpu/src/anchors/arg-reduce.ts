import { type ArgReduceStep, isFloat } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { mostLanes } from "../kernel/lanes.ts";
import { valueType } from "../kernel/value-type.ts";
import { linesOf } from "./lines.ts";
import { comparable } from "./ordering.ts";
import { bindSource } from "./source.ts";

/** Lines longer than this are shared by a workgroup. */
const longLine = 256;

/** Index of the first extreme element of each line; NaN counts as extreme. */
export function argReduceKernel({ reduce, axis, input, output }: ArgReduceStep, limits: KernelLimits): Kernel {
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const out = writer.bind(output, output.dtype, "write");
  const { length, inner, count } = linesOf(input.shape, axis);
  const type = input.dtype === "bool" ? "u32" : valueType[input.dtype];
  const element = (i: string): string =>
    comparable(
      input.dtype,
      x.load(writer.let(`((item / ${inner}u) * ${length}u + ${i}) * ${inner}u + item % ${inner}u`)),
    );
  const operator = reduce === "max" ? ">" : "<";
  /** Whether a later value takes the place of the best so far. */
  const better = (value: string, best: string): string => {
    if (!isFloat(input.dtype)) return `${value} ${operator} ${best}`;
    const isNan = writer.use("is_nan");
    return `!${isNan}(${best}) && (${value} ${operator} ${best} || ${isNan}(${value}))`;
  };
  const visit = (start: string, stride: number): void => {
    writer.line(`var best = ${start};`);
    writer.line(`var extreme = ${element(start)};`);
    writer.block(`for (var i = ${start} + ${stride}u; i < ${length}u; i += ${stride}u)`, () => {
      writer.line(`let value = ${element("i")};`);
      writer.line(`if (${better("value", "extreme")}) { best = i; extreme = value; }`);
    });
  };
  const label = `arg${reduce} axis ${axis} of [${input.shape.join()}]`;
  if (length <= longLine || count >= limits.tuning.reducedAlone) {
    return writer.forEachItem(label, count, () => {
      visit("0u", 1);
      out.store("item", "i32(best)");
    });
  }
  const lanes = mostLanes(limits);
  writer.share("places", `array<u32, ${lanes}>`);
  writer.share("values", `array<${type}, ${lanes}>`);
  return writer.forEachGroup(label, count, lanes, () => {
    visit("lane", lanes);
    writer.line("places[lane] = best;");
    writer.line("values[lane] = extreme;");
    writer.line("workgroupBarrier();");
    writer.block(`for (var gap = ${lanes / 2}u; gap > 0u; gap >>= 1u)`, () => {
      writer.block("if (lane < gap)", () => {
        const other = "values[lane + gap]";
        // Between equals, and between NaNs, the one that comes first.
        writer.line("let is_first = places[lane + gap] < places[lane];");
        writer.line(`let is_better = ${better(other, "values[lane]")};`);
        writer.line(`let is_worse = ${better("values[lane]", other)};`);
        writer.block("if (is_better || (!is_worse && is_first))", () => {
          writer.line("places[lane] = places[lane + gap];");
          writer.line(`values[lane] = ${other};`);
        });
      });
      writer.line("workgroupBarrier();");
    });
    writer.block("if (lane == 0u)", () => out.store("item", "i32(places[0])"));
  });
}
