import { type ConvStep, sizeOf } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { combineAcrossLanes } from "../../loop/combine-lanes.ts";
import { type ResultStore, resultStore, withEpilogue } from "../epilogue.ts";
import { forEachTap, joinIndex, positionsAbove, positionsBelow, splitIndex } from "../window.ts";
import { bindSource, sourceSlots } from "../source.ts";
import type { Geometry } from "./geometry.ts";

/**
 * Convolution as a sum for each element of the result; sums of a channel are made first, then those are added up. For
 * groups of a few channels, where there is nothing that tiles could share.
 */
export function directConvKernels(step: ConvStep, geometry: Geometry, limits: KernelLimits): CompiledStep {
  const { a, b, output } = step;
  const kernels = withEpilogue(
    step,
    { slots: [...sourceSlots(a), ...sourceSlots(b), output.slot], scratch: 0 },
    limits,
    (own) => {
      const writer = new KernelWriter(limits);
      switch (step.attributes.mode) {
        case "forward":
          return forward(writer, own, geometry);
        case "inputGradient":
          return inputGradient(writer, own, geometry);
        case "filterGradient":
          return filterGradient(writer, own, geometry);
      }
    },
  );
  return { kernels, scratch: [] };
}

function forward(writer: KernelWriter, step: ConvStep, geometry: Geometry): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup, label } = geometry;
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

function inputGradient(writer: KernelWriter, step: ConvStep, geometry: Geometry): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup, label } = geometry;
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
function filterGradient(writer: KernelWriter, step: ConvStep, geometry: Geometry): Kernel {
  const { attributes } = step;
  const { x, filter, y, channelsPerGroup, filtersPerGroup, label } = geometry;
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
    combineAcrossLanes(writer, { kind: "sum", dtype: "float32" }, "total", { lanes, points: 1 });
    writer.block("if (lane == 0u)", () => store("item", "total"));
  });
}

function bind(writer: KernelWriter, { a, b, output, epilogue }: ConvStep) {
  const left = bindSource(writer, a);
  const right = bindSource(writer, b);
  const { store }: ResultStore = resultStore(writer, output, epilogue, false);
  return [left, right, store] as const;
}
