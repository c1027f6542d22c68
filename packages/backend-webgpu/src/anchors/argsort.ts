import type { ArgsortStep } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits, Memory } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Operand } from "../kernel/operand.ts";
import { type Lines, linesOf } from "./lines.ts";
import { comparable, precedes } from "./ordering.ts";

/** Elements of a run that is sorted by counting. */
const runLength = 256;

/**
 * Stable order of each line; NaN counts as the largest number. Runs of 256 are sorted by counting, for each element,
 * those that come before it; then neighbouring runs are merged until one is left: an element's place is its place in
 * its own run, and how many of the other run come before it, found by bisection. One kernel a pass.
 */
export function argsortKernels(step: ArgsortStep, limits: KernelLimits): CompiledStep {
  const { axis, input, output } = step;
  const lines = linesOf(input.shape, axis);
  const passes = Math.max(0, Math.ceil(Math.log2(lines.length / runLength)));
  // The passes alternate between the output and memory of their own, such that the last one writes the output.
  const scratch: Memory = { scratch: 0 };
  const memory = (pass: number): Memory => ((passes - pass) % 2 === 0 ? { slot: output.slot } : scratch);
  const kernels = [countKernel(step, lines, memory(0), limits)];
  for (let pass = 1; pass <= passes; pass++) {
    kernels.push(mergeKernel(step, lines, memory(pass - 1), memory(pass), runLength * 2 ** (pass - 1), limits));
  }
  return { kernels, scratch: passes === 0 ? [] : [lines.count * lines.length * 4] };
}

/** Splits the number of an element into its line and its place in the line. */
function writePlace(writer: KernelWriter, { length, inner }: Lines): void {
  writer.line(`let before = item / ${length * inner}u;`);
  writer.line(`let after = item % ${inner}u;`);
  writer.line(`let at = (item / ${inner}u) % ${length}u;`);
}

/** Position of an element of the same line. */
function position({ length, inner }: Lines, at: string): string {
  return `(before * ${length}u + ${at}) * ${inner}u + after`;
}

function countKernel(step: ArgsortStep, lines: Lines, target: Memory, limits: KernelLimits): Kernel {
  const { input, descending } = step;
  const writer = new KernelWriter(limits);
  const x = writer.bind(input, input.dtype, "read");
  const order = writer.bind(target, "int32", "write");
  const load = (at: string): string => comparable(input.dtype, x.load(writer.let(position(lines, at))));
  return writer.forEachItem(labelOf(step, "runs"), lines.count * lines.length, () => {
    writePlace(writer, lines);
    writer.line(`let own = ${load("at")};`);
    writer.line(`let first = at - at % ${runLength}u;`);
    writer.line("var rank = 0u;");
    writer.block(`for (var i = first; i < min(first + ${runLength}u, ${lines.length}u); i++)`, () => {
      writer.line(`let other = ${load("i")};`);
      const isBefore = precedes(writer, input.dtype, descending, "other", "own");
      const isAfter = precedes(writer, input.dtype, descending, "own", "other");
      writer.line(`rank += u32(${isBefore} || (!${isAfter} && i < at));`);
    });
    order.store(position(lines, "(first + rank)"), "i32(at)");
  });
}

function mergeKernel(
  step: ArgsortStep,
  lines: Lines,
  source: Memory,
  target: Memory,
  width: number,
  limits: KernelLimits,
): Kernel {
  const { input, descending } = step;
  const writer = new KernelWriter(limits);
  const x = writer.bind(input, input.dtype, "read");
  const from = writer.bind(source, "int32", "read");
  const to = writer.bind(target, "int32", "write");
  const load = (operand: Operand, at: string): string => operand.load(writer.let(position(lines, at)));
  return writer.forEachItem(labelOf(step, `merge ${width}`), lines.count * lines.length, () => {
    writePlace(writer, lines);
    writer.line(`let index = u32(${load(from, "at")});`);
    writer.line(`let own = ${comparable(input.dtype, load(x, "index"))};`);
    writer.line(`let pair = at - at % ${2 * width}u;`);
    writer.line(`let is_second = at >= pair + ${width}u;`);
    writer.line(`let first = min(select(pair + ${width}u, pair, is_second), ${lines.length}u);`);
    writer.line(`var low = first;`);
    writer.line(`var high = min(first + ${width}u, ${lines.length}u);`);
    writer.block("while (low < high)", () => {
      writer.line("let middle = (low + high) / 2u;");
      writer.line(`let rival = u32(${load(from, "middle")});`);
      writer.line(`let other = ${comparable(input.dtype, load(x, "rival"))};`);
      // Equal elements keep their order: those of the first run come before those of the second.
      const isBefore = precedes(writer, input.dtype, descending, "other", "own");
      const isAfter = precedes(writer, input.dtype, descending, "own", "other");
      writer.block(`if (select(${isBefore}, !${isAfter}, is_second))`, () => writer.line("low = middle + 1u;"));
      writer.line("else { high = middle; }");
    });
    writer.line(`let rank = (at - select(pair, pair + ${width}u, is_second)) + (low - first);`);
    to.store(position(lines, "(pair + rank)"), "i32(index)");
  });
}

function labelOf({ axis, input, descending }: ArgsortStep, part: string): string {
  return `argsort${descending ? " descending" : ""} axis ${axis} of [${input.shape.join()}]: ${part}`;
}
