import { type ConvStep, sizeOf } from "@minima/tensor";
import { plus, times } from "../../kernel/expression.ts";
import type { Product } from "../product/product.ts";
import { bindSource, sourceSlots } from "../source.ts";
import { writeGroup } from "./factor-operands.ts";
import { filterColumns } from "./filter-columns.ts";
import { coordinates, windowFactor } from "./window-factor.ts";
import type { Windows } from "./windows.ts";

/**
 * `x[n, c, i] = Σ_{o, tap} filter[o, c, tap] · y[n, o, (i + pad - tap · dilation) / stride]`, where that is a whole
 * number; columns are (n, i).
 */
export function inputGradientProduct(step: ConvStep, windows: Windows): Product {
  const { before, geometry, sliding } = windows;
  const { stride, dilation, padBefore } = sliding;
  const { x, plane, taps, outPlane, groups, channelsPerGroup, filtersPerGroup, label } = geometry;
  const [inSize, outSize, window] = [sizeOf(plane), sizeOf(outPlane), sizeOf(taps)];
  const terms = filtersPerGroup * window;
  return {
    ...{ label, batches: groups, rows: channelsPerGroup, columns: x[0] * inSize, terms },
    before,
    slots: [...windows.slots, ...sourceSlots(step.b)],
    resultSize: sizeOf(x),
    hasQuads: false,
    begin(writer, batch, fetching) {
      writeGroup(writer, batch);
      const gradient = windows.bind(writer);
      const filter = bindSource(writer, step.b);
      return {
        left: filterColumns(writer, filter, "left", geometry, fetching),
        right: windowFactor(writer, gradient, "right", fetching, {
          ...{ along: "places", plane: outPlane, stride },
          place: (at) => ({
            isInside: `${at} < ${x[0] * inSize}u`,
            offset: `(${at} / ${inSize}u * ${groups}u + group) * ${filtersPerGroup * outSize}u`,
            summands: coordinates(`${at} % ${inSize}u`, plane).map((i, k) => plus(i, padBefore[k])),
          }),
          term: (at) => ({
            isInside: `${at} < ${terms}u`,
            offset: `${at} / ${window}u * ${outSize}u`,
            summands: coordinates(`${at} % ${window}u`, taps).map((tap, k) => `-${times(tap, dilation[k])}`),
          }),
        }),
        place: (row, column) => {
          const [image, at] = [`u32(${column}) / ${inSize}u`, `u32(${column}) % ${inSize}u`];
          return `((${image} * ${groups}u + group) * ${channelsPerGroup}u + u32(${row})) * ${inSize}u + ${at}`;
        },
      };
    },
  };
}
