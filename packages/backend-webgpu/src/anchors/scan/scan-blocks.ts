import type { ScanStep } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits, Memory } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { mostLanes } from "../../kernel/lanes.ts";
import { storedAs, valueType } from "../../kernel/value-type.ts";
import { castValue } from "../../loop/cast.ts";
import { combineAcrossLanes } from "../../loop/combine-lanes.ts";
import { type Fold, combine, identity } from "../../loop/fold.ts";
import { type Lines, linesOf } from "../lines.ts";
import { bindSource } from "../source.ts";
import { declareTotal, foldIntoTotal } from "./running.ts";
import { labelOf, placeInLine } from "./scan-lines.ts";

/** Elements that a lane takes one after the other. */
const perLane = 16;
/** What comes before each block: [line][block]. */
const totals: Memory = { scratch: 0 };

interface Blocks {
  readonly lines: Lines;
  readonly fold: Fold;
  readonly lanes: number;
  /** Elements of a block, and blocks of a line. */
  readonly length: number;
  readonly count: number;
}

/**
 * Scans blocks of lines, a workgroup each. Where a line has several, they are folded first, and then the folds scanned,
 * so that each block knows what comes before it (Sengupta et al., "Scan Primitives for GPU Computing", 2007). Which
 * values are added in which order follows from the length alone.
 */
export function scanBlocks(step: ScanStep, limits: KernelLimits): CompiledStep {
  const { attributes, input, output } = step;
  const lines = linesOf(input.shape, attributes.axis);
  const most = mostLanes(limits);
  const lanes = Math.min(most, 2 ** Math.ceil(Math.log2(lines.length / perLane)));
  const length = lanes * perLane;
  const fold = { kind: attributes.kind, dtype: output.dtype };
  const blocks = { lines, fold, lanes, length, count: Math.ceil(lines.length / length) };
  if (blocks.count === 1) return { kernels: [blockKernel(step, blocks, limits)], scratch: [] };
  return {
    kernels: [foldKernel(step, blocks, limits), totalsKernel(step, blocks, limits), blockKernel(step, blocks, limits)],
    scratch: [lines.count * blocks.count * 4],
  };
}

/** Folds each block. */
function foldKernel(step: ScanStep, blocks: Blocks, limits: KernelLimits): Kernel {
  const { input, attributes } = step;
  const { lines, fold, lanes, length, count } = blocks;
  const stored = storedAs(fold.dtype);
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const folds = writer.bind(totals, stored, "write");
  return writer.forEachGroup(`${labelOf(step)}: folds of ${count} blocks`, lines.count * count, lanes, () => {
    writer.line(`let line = item / ${count}u;`);
    writer.line(`let first = item % ${count}u * ${length}u;`);
    declareTotal(writer, fold);
    writer.block(`for (var i = first + lane; i < min(first + ${length}u, ${lines.length}u); i += ${lanes}u)`, () => {
      const place = placeInLine(writer, lines, attributes.reverse, "line", "i");
      writer.line(`let value = ${castValue(writer, input.dtype, fold.dtype, x.load(place))};`);
      foldIntoTotal(writer, fold, "value");
    });
    combineAcrossLanes(writer, fold, "total", { lanes, points: 1 });
    writer.block("if (lane == 0u)", () => folds.store("item", castValue(writer, fold.dtype, stored, "total")));
  });
}

/** Replaces the fold of each block by that of all blocks before it. */
function totalsKernel(step: ScanStep, { lines, fold, count }: Blocks, limits: KernelLimits): Kernel {
  const stored = storedAs(fold.dtype);
  const writer = new KernelWriter(limits);
  const folds = writer.bind(totals, stored, "write");
  return writer.forEachItem(`${labelOf(step)}: totals of ${count} blocks`, lines.count, () => {
    declareTotal(writer, fold);
    writer.block(`for (var block = 0u; block < ${count}u; block++)`, () => {
      const place = writer.let(`item * ${count}u + block`);
      writer.line(`let value = ${castValue(writer, stored, fold.dtype, folds.load(place))};`);
      folds.store(place, castValue(writer, fold.dtype, stored, "total"));
      foldIntoTotal(writer, fold, "value");
    });
  });
}

/** Scans each block: lanes fold theirs, the folds are scanned in shared memory, then each lane goes over its own again. */
function blockKernel(step: ScanStep, blocks: Blocks, limits: KernelLimits): Kernel {
  const { input, output, attributes } = step;
  const { lines, fold, lanes, length, count } = blocks;
  const writer = new KernelWriter(limits);
  const x = bindSource(writer, input);
  const out = writer.bind(output, output.dtype, "write");
  const before = count > 1 ? writer.bind(totals, storedAs(fold.dtype), "read") : null;
  writer.share("folds", `array<${valueType[fold.dtype]}, ${lanes}>`);
  const forEachElement = (body: (place: string) => void): void => {
    writer.block("for (var i = first; i < end; i++)", () => {
      const place = placeInLine(writer, lines, attributes.reverse, "line", "i");
      writer.line(`let value = ${castValue(writer, input.dtype, fold.dtype, x.load(place))};`);
      body(place);
    });
  };
  return writer.forEachGroup(labelOf(step), lines.count * count, lanes, () => {
    writer.line(`let line = item / ${count}u;`);
    writer.line(`let first = item % ${count}u * ${length}u + lane * ${perLane}u;`);
    writer.line(`let end = min(first + ${perLane}u, ${lines.length}u);`);
    writer.line(`var total: ${valueType[fold.dtype]} = ${identity(writer, fold)};`);
    forEachElement(() => writer.line(`total = ${combine(writer, fold, "total", "value")};`));
    writeScanOfLanes(writer, fold, lanes);
    writer.line(`var running: ${valueType[fold.dtype]} = ${identity(writer, fold)};`);
    if (before !== null) writer.line(`running = ${castValue(writer, before.dtype, fold.dtype, before.load("item"))};`);
    writer.line(`if (lane > 0u) { running = ${combine(writer, fold, "running", "folds[lane - 1u]")}; }`);
    writer.line(`total = ${identity(writer, fold)};`);
    forEachElement((place) => {
      writer.line(`total = ${combine(writer, fold, "total", "value")};`);
      out.store(place, combine(writer, fold, "running", "total"));
    });
  });
}

/** Scans the `total`s of the lanes into `folds` (Hillis and Steele, "Data Parallel Algorithms", 1986). */
function writeScanOfLanes(writer: KernelWriter, fold: Fold, lanes: number): void {
  writer.line("folds[lane] = total;");
  writer.line("workgroupBarrier();");
  writer.block(`for (var gap = 1u; gap < ${lanes}u; gap <<= 1u)`, () => {
    writer.line(`if (lane >= gap) { total = ${combine(writer, fold, "folds[lane - gap]", "total")}; }`);
    writer.line("workgroupBarrier();");
    writer.line("folds[lane] = total;");
    writer.line("workgroupBarrier();");
  });
}
