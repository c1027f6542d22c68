import type { ScanStep } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { castValue } from "../../loop/cast.ts";
import { type Lines, linesOf } from "../lines.ts";
import { bindSource } from "../source.ts";
import { declareTotal, foldIntoTotal } from "./running.ts";

/** For people. */
export function labelOf({ attributes: { kind, axis, reverse }, input }: ScanStep): string {
  return `scan ${kind}${reverse ? " reversed" : ""} axis ${axis} of [${input.shape.join()}]`;
}

/** The position of the element that is visited as the `at`th of a line. */
export function placeInLine(
  writer: KernelWriter,
  { length, inner }: Lines,
  reverse: boolean,
  line: string,
  at: string,
) {
  const position = reverse ? `(${length - 1}u - ${at})` : at;
  return writer.let(`((${line} / ${inner}u) * ${length}u + ${position}) * ${inner}u + ${line} % ${inner}u`);
}

/** One invocation a line. */
export function scanLinesKernel(step: ScanStep, limits: KernelLimits): Kernel {
  const { attributes, input, output } = step;
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const out = writer.bind(output, output.dtype, "write");
  const lines = linesOf(input.shape, attributes.axis);
  const fold = { kind: attributes.kind, dtype: output.dtype };
  return writer.forEachItem(labelOf(step), lines.count, () => {
    declareTotal(writer, fold);
    writer.block(`for (var i = 0u; i < ${lines.length}u; i++)`, () => {
      const place = placeInLine(writer, lines, attributes.reverse, "item", "i");
      writer.line(`let value = ${castValue(writer, input.dtype, output.dtype, x.load(place))};`);
      foldIntoTotal(writer, fold, "value");
      out.store(place, "total");
    });
  });
}
