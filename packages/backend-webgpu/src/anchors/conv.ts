import { type ConvStep, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { combineAcrossLanes } from "../loop/fold.ts";
import { elementStore, withEpilogue } from "./epilogue.ts";
import { forEachTap, joinIndex, positionsAbove, positionsBelow, splitIndex } from "./window.ts";

/** The three tensors of a convolution, whichever of them is the result. */
interface Geometry {
  /** [n, c, …] */
  readonly x: readonly number[];
  /** [o, c / groups, …] */
  readonly filter: readonly number[];
  /** [n, o, …] */
  readonly y: readonly number[];
  readonly channelsPerGroup: number;
  readonly filtersPerGroup: number;
}

/** Convolution as a sum for each element of the result; sums of a channel are made first, then those are added up. */
export function convKernels(step: ConvStep, limits: KernelLimits): Kernel[] {
  return withEpilogue(step, [step.a.slot, step.b.slot, step.output.slot], limits, convKernel);
}

function convKernel(step: ConvStep, limits: KernelLimits): Kernel {
  const { attributes, a, b, output } = step;
  const { mode, groups } = attributes;
  const [x, filter, y] = {
    forward: [a.shape, b.shape, output.shape],
    inputGradient: [output.shape, b.shape, a.shape],
    filterGradient: [a.shape, output.shape, b.shape],
  }[mode];
  const geometry = { x, filter, y, channelsPerGroup: filter[1], filtersPerGroup: filter[0] / groups };
  const writer = new KernelWriter(limits);
  const label = `conv ${mode} [${a.shape.join()}] [${b.shape.join()}]`;
  switch (mode) {
    case "forward":
      return forward(writer, step, geometry, label);
    case "inputGradient":
      return inputGradient(writer, step, geometry, label);
    case "filterGradient":
      return filterGradient(writer, step, geometry, label);
  }
}

function forward(writer: KernelWriter, step: ConvStep, geometry: Geometry, label: string): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup } = geometry;
  const [image, weights, store] = bind(writer, step);
  return writer.forEachItem(label, sizeOf(y), () => {
    const [n, o, ...at] = splitIndex(writer, "item", y, "y");
    writer.line(`let group = ${o} / ${filtersPerGroup};`);
    writer.line("var total = 0.0f;");
    writer.block(`for (var c = 0; c < ${channelsPerGroup}; c++)`, () => {
      writer.line("var part = 0.0f;");
      forEachTap(writer, filter.slice(2), (taps) => {
        const from = positionsBelow(writer, at, taps, x.slice(2), attributes);
        const channel = `(group * ${channelsPerGroup} + c)`;
        const left = image.load(joinIndex([n, channel, ...from], x));
        writer.line(`part += ${left} * ${weights.load(joinIndex([o, "c", ...taps], filter))};`);
      });
      writer.line("total += part;");
    });
    store("item", "total");
  });
}

function inputGradient(writer: KernelWriter, step: ConvStep, geometry: Geometry, label: string): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup } = geometry;
  const [gradient, weights, store] = bind(writer, step);
  return writer.forEachItem(label, sizeOf(x), () => {
    const [n, c, ...at] = splitIndex(writer, "item", x, "x");
    writer.line(`let group = ${c} / ${channelsPerGroup};`);
    writer.line(`let channel = ${c} % ${channelsPerGroup};`);
    writer.line("var total = 0.0f;");
    writer.block(`for (var k = 0; k < ${filtersPerGroup}; k++)`, () => {
      writer.line(`let o = group * ${filtersPerGroup} + k;`);
      writer.line("var part = 0.0f;");
      forEachTap(writer, filter.slice(2), (taps) => {
        const to = positionsAbove(writer, at, taps, y.slice(2), attributes);
        const left = gradient.load(joinIndex([n, "o", ...to], y));
        writer.line(`part += ${left} * ${weights.load(joinIndex(["o", "channel", ...taps], filter))};`);
      });
      writer.line("total += part;");
    });
    store("item", "total");
  });
}

/** One workgroup for each element of the filter, whose invocations share the positions it was applied at. */
function filterGradient(writer: KernelWriter, step: ConvStep, geometry: Geometry, label: string): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup } = geometry;
  const [image, gradient, store] = bind(writer, step);
  const lanes = 64;
  const plane = y.slice(2);
  return writer.forEachGroup(label, sizeOf(filter), lanes, () => {
    const [o, c, ...taps] = splitIndex(writer, "item", filter, "w");
    writer.line(`let channel = (${o} / ${filtersPerGroup}) * ${channelsPerGroup} + ${c};`);
    writer.line("var total = 0.0f;");
    writer.block(`for (var n = 0; n < ${y[0]}; n++)`, () => {
      writer.line("var part = 0.0f;");
      writer.block(`for (var p = lane; p < ${sizeOf(plane)}u; p += ${lanes}u)`, () => {
        const at = splitIndex(writer, "p", plane, "y");
        const from = positionsBelow(writer, at, taps, x.slice(2), attributes);
        const left = image.load(joinIndex(["n", "channel", ...from], x));
        writer.line(`part += ${left} * ${gradient.load(joinIndex(["n", o, ...at], y))};`);
      });
      writer.line("total += part;");
    });
    combineAcrossLanes(writer, { kind: "sum", dtype: "float32" }, "total", lanes, new Set());
    writer.block("if (lane == 0u)", () => store("item", "total"));
  });
}

function bind(writer: KernelWriter, { a, b, output, epilogue }: ConvStep) {
  const left = writer.bind(a, a.dtype, "read");
  const right = writer.bind(b, b.dtype, "read");
  const out = writer.bind(output, output.dtype, "write");
  return [left, right, elementStore(writer, out, output.slot, epilogue)] as const;
}
