import type { ScatterAddStep } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { mostLanes } from "../kernel/lanes.ts";
import { literal, storedAs, valueType } from "../kernel/value-type.ts";
import { binaryValue } from "../loop/arithmetic.ts";
import { castValue } from "../loop/cast.ts";
import { linesOf } from "./lines.ts";
import { bindSource } from "./source.ts";

/** Lines of so few elements, and lines of which there are so many, get an invocation each. */
const shortLine = 64;
const manyLines = 4096;
/** Elements of each line that a workgroup looks at a time. */
const chunk = 32;

/**
 * out[o, index[o, i, r], r] += source[o, i, r] from zeros; an index outside of the axis is left out. Every element of
 * the output belongs to one invocation, which adds in ascending order of i, so that the sums do not depend on
 * scheduling.
 */
export function scatterAddKernel(step: ScatterAddStep, limits: KernelLimits): Kernel {
  const { length, count } = linesOf(step.source.shape, step.axis);
  const isShared = length > shortLine && count < Math.min(manyLines, limits.tuning.reducedAlone);
  return isShared ? sharedLinesKernel(step, limits) : linesKernel(step, limits);
}

/** One invocation has one line of the output to itself. */
function linesKernel(step: ScatterAddStep, limits: KernelLimits): Kernel {
  const { axis, index, source, output } = step;
  const writer = new KernelWriter(limits);
  const at = bindSource(writer, index);
  const values = bindSource(writer, source);
  const out = writer.bind(output, output.dtype, "write");
  const { length, inner, count } = linesOf(source.shape, axis);
  const extent = output.shape[axis];
  return writer.forEachItem(labelOf(step), count, () => {
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

/**
 * A workgroup has up to 32 neighbouring lines, each of which several of its lanes, the owners, share. Chunk by chunk,
 * indices and values are fetched into shared memory together; each owner goes through all of a chunk and adds what
 * belongs to its elements of the line, those with its number modulo the number of owners. Where there are few lines,
 * several workgroups share the owners of a line.
 */
function sharedLinesKernel(step: ScatterAddStep, limits: KernelLimits): Kernel {
  const { axis, index, source, output } = step;
  const { length, inner, count } = linesOf(source.shape, axis);
  const extent = output.shape[axis];
  const lanes = mostLanes(limits);
  const lines = Math.min(32, 2 ** Math.ceil(Math.log2(count)));
  const groups = Math.ceil(count / lines);
  const [inGroup, splits] = [lanes / lines, groups <= 4 ? 4 : groups <= 16 ? 2 : 1];
  const owners = inGroup * splits;
  const stored = storedAs(source.dtype);
  const writer = new KernelWriter(limits);
  const at = bindSource(writer, index);
  const values = bindSource(writer, source);
  const out = writer.bind(output, output.dtype, "write");
  writer.share("picks", `array<i32, ${chunk * lines}>`);
  writer.share("terms", `array<${valueType[stored]}, ${chunk * lines}>`);
  return writer.forEachGroup(`${labelOf(step)}, lines shared by ${owners}`, groups * splits, lanes, () => {
    writer.line(`let line = item / ${splits}u * ${lines}u + lane % ${lines}u;`);
    writer.line(`let owner = item % ${splits}u * ${inGroup}u + lane / ${lines}u;`);
    writer.line(`let before = line / ${inner}u;`);
    writer.line(`let after = line % ${inner}u;`);
    const target = (place: string): string => writer.let(`(before * ${extent}u + ${place}) * ${inner}u + after`);
    writer.block(`for (var own = owner; own < ${extent}u && line < ${count}u; own += ${owners}u)`, () => {
      out.store(target("own"), literal(0, output.dtype));
    });
    writer.block(`for (var start = 0u; start < ${length}u; start += ${chunk}u)`, () => {
      writer.block(`for (var e = lane; e < ${chunk * lines}u; e += ${lanes}u)`, () => {
        writer.line(`let i = start + e / ${lines}u;`);
        writer.line("picks[e] = -1;");
        writer.block(`if (i < ${length}u && line < ${count}u)`, () => {
          writer.line(`let place = (before * ${length}u + i) * ${inner}u + after;`);
          writer.line(`picks[e] = ${castValue(writer, index.dtype, "int32", at.load("place"))};`);
          writer.line(`terms[e] = ${castValue(writer, source.dtype, stored, values.load("place"))};`);
        });
      });
      writer.line("workgroupBarrier();");
      writer.block(`for (var e = lane % ${lines}u; e < ${chunk * lines}u; e += ${lines}u)`, () => {
        writer.line("let picked = picks[e];");
        writer.block(`if (picked >= 0 && picked < ${extent} && u32(picked) % ${owners}u == owner)`, () => {
          const place = target("u32(picked)");
          const term = castValue(writer, stored, output.dtype, "terms[e]");
          out.store(place, binaryValue(writer, "add", output.dtype, out.load(place), term));
        });
      });
      writer.line("workgroupBarrier();");
    });
  });
}

function labelOf({ axis, output }: ScatterAddStep): string {
  return `scatterAdd axis ${axis} into [${output.shape.join()}]`;
}
