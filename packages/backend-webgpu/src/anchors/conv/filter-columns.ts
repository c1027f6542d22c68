import { sizeOf } from "@minima/tensor";
import { times } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Factor, Fetching } from "../product/factor.ts";
import { type PositionLayout, positionFactor } from "../product/position-factor.ts";
import type { BoundSource } from "../source.ts";
import type { Geometry } from "./geometry.ts";

/** The filters of a group with channels as places: the element of channel c and term (o, tap) is `filter[o, c, tap]`. */
export function filterColumns(
  writer: KernelWriter,
  filter: BoundSource,
  name: string,
  geometry: Geometry,
  fetching: Fetching,
): Factor {
  const { taps, channelsPerGroup, filtersPerGroup } = geometry;
  const window = sizeOf(taps);
  const perFilter = channelsPerGroup * window;
  const layout: PositionLayout = {
    along: window === 1 ? "places" : "terms",
    place: (at) => ({
      isInside: `${at} < ${channelsPerGroup}`,
      position: `i32(group) * ${filtersPerGroup * perFilter} + ${times(at, window)}`,
    }),
    term: (at) => ({
      isInside: `${at} < ${filtersPerGroup * window}`,
      position: `i32(u32(${at}) / ${window}u * ${perFilter}u + u32(${at}) % ${window}u)`,
    }),
  };
  return positionFactor(writer, filter, name, layout, fetching);
}
