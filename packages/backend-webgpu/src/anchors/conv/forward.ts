import { type ConvStep, sizeOf } from "@minima/tensor";
import { plus, times } from "../../kernel/expression.ts";
import { hasQuads, matrixFactor } from "../matmul/matrix-factor.ts";
import type { Product } from "../product/product.ts";
import { bindSource, sourceSlots } from "../source.ts";
import { factorWidth, writeGroup } from "./factor-operands.ts";
import { coordinates, windowFactor } from "./window-factor.ts";
import type { Windows } from "./windows.ts";

/** `y[n, o, p] = Σ_{c, tap} filter[o, (c, tap)] · x[n, c, p · stride + tap · dilation - pad]`; columns are (n, p). */
export function forwardProduct(step: ConvStep, windows: Windows): Product {
  const { before, geometry, sliding } = windows;
  const { stride, dilation, padBefore } = sliding;
  const { x, y, plane, taps, outPlane, groups, channelsPerGroup, filtersPerGroup, label } = geometry;
  const [inSize, outSize, window] = [sizeOf(plane), sizeOf(outPlane), sizeOf(taps)];
  const terms = channelsPerGroup * window;
  const filters = {
    ...{ places: filtersPerGroup, terms, placeStride: terms, termStride: 1 },
    start: { offset: 0, strides: [filtersPerGroup * terms] },
  };
  return {
    ...{ label, batches: groups, rows: filtersPerGroup, columns: x[0] * outSize, terms },
    before,
    slots: [...windows.slots, ...sourceSlots(step.b)],
    resultSize: sizeOf(y),
    hasQuads: false,
    begin(writer, batch, fetching) {
      writeGroup(writer, batch);
      writer.line(`let filter_start = i32(group) * ${filtersPerGroup * terms};`);
      const imageOperand = windows.bind(writer);
      const filter = bindSource(writer, step.b, factorWidth(step, step.b, hasQuads(filters), fetching));
      return {
        left: matrixFactor(writer, filter, "left", filters, "filter_start", fetching),
        right: windowFactor(writer, imageOperand, "right", fetching, {
          ...{ along: "places", plane, stride: plane.map(() => 1) },
          place: (at) => ({
            isInside: `${at} < ${x[0] * outSize}u`,
            offset: `(${at} / ${outSize}u * ${groups}u + group) * ${channelsPerGroup * inSize}u`,
            summands: coordinates(`${at} % ${outSize}u`, outPlane).map((p, k) =>
              plus(times(p, stride[k]), -padBefore[k]),
            ),
          }),
          term: (at) => ({
            isInside: `${at} < ${terms}u`,
            offset: `${at} / ${window}u * ${inSize}u`,
            summands: coordinates(`${at} % ${window}u`, taps).map((tap, k) => times(tap, dilation[k])),
          }),
        }),
        place: (row, column) => {
          const [image, at] = [`u32(${column}) / ${outSize}u`, `u32(${column}) % ${outSize}u`];
          return `((${image} * ${groups}u + group) * ${filtersPerGroup}u + u32(${row})) * ${outSize}u + ${at}`;
        },
      };
    },
  };
}
