import { type ConvStep, sizeOf } from "@minima/tensor";
import { plus, times } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Factor, Fetching } from "../product/factor.ts";
import { type PositionLayout, positionFactor } from "../product/position-factor.ts";
import type { Product } from "../product/product.ts";
import { type BoundSource, bindSource, sourceSlots } from "../source.ts";
import { factorWidth, writeGroup } from "./factor-operands.ts";
import type { Geometry } from "./geometry.ts";
import { coordinates, windowFactor } from "./window-factor.ts";
import type { Windows } from "./windows.ts";

/** `filter[o, c, tap] = Σ_{n, p} y[n, o, p] · x[n, c, p · stride + tap · dilation - pad]`; columns are (c, tap). */
export function filterGradientProduct(step: ConvStep, windows: Windows): Product {
  const { before, geometry, sliding } = windows;
  const { stride, dilation, padBefore } = sliding;
  const { x, filter, plane, taps, outPlane, groups, channelsPerGroup, filtersPerGroup, label } = geometry;
  const [inSize, outSize, window] = [sizeOf(plane), sizeOf(outPlane), sizeOf(taps)];
  const [columns, terms] = [channelsPerGroup * window, x[0] * outSize];
  return {
    ...{ label, batches: groups, rows: filtersPerGroup, columns, terms },
    before,
    slots: [...windows.slots, ...sourceSlots(step.b)],
    resultSize: sizeOf(filter),
    hasQuads: columns % 4 === 0,
    begin(writer, batch, fetching) {
      writeGroup(writer, batch);
      const imageOperand = windows.bind(writer);
      const gradient = bindSource(writer, step.b, factorWidth(step, step.b, outSize % 4 === 0, fetching));
      return {
        left: gradientRows(writer, gradient, "left", geometry, fetching),
        right: windowFactor(writer, imageOperand, "right", fetching, {
          ...{ along: "terms", plane, stride: plane.map(() => 1) },
          place: (at) => ({
            isInside: `${at} < ${columns}u`,
            offset: `(group * ${channelsPerGroup}u + ${at} / ${window}u) * ${inSize}u`,
            summands: coordinates(`${at} % ${window}u`, taps).map((t, k) => plus(times(t, dilation[k]), -padBefore[k])),
          }),
          term: (at) => ({
            isInside: `${at} < ${terms}u`,
            offset: `${at} / ${outSize}u * ${x[1] * inSize}u`,
            summands: coordinates(`${at} % ${outSize}u`, outPlane).map((p, k) => times(p, stride[k])),
          }),
        }),
        place: (row, column) => `(group * ${filtersPerGroup}u + u32(${row})) * ${columns}u + u32(${column})`,
      };
    },
  };
}

/** The output's gradient in a group with filters as places: the element of filter o and term (n, p) is `y[n, o, p]`. */
function gradientRows(
  writer: KernelWriter,
  gradient: BoundSource,
  name: string,
  geometry: Geometry,
  fetching: Fetching,
): Factor {
  const { y, outPlane, filtersPerGroup } = geometry;
  const outSize = sizeOf(outPlane);
  const layout: PositionLayout = {
    along: "terms",
    place: (at) => ({
      isInside: `${at} < ${filtersPerGroup}`,
      position: `(i32(group) * ${filtersPerGroup} + ${at}) * ${outSize}`,
    }),
    term: (at) => ({
      isInside: `${at} < ${y[0] * outSize}`,
      position: `i32(u32(${at}) / ${outSize}u * ${y[1] * outSize}u + u32(${at}) % ${outSize}u)`,
    }),
  };
  return positionFactor(writer, gradient, name, layout, fetching);
}
