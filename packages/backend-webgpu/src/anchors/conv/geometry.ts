import type { ConvStep } from "@minima/tensor";

/** The three tensors of a convolution, whichever of them is the result, and the sizes that follow. */
export interface Geometry {
  /** [n, c, …] */
  readonly x: readonly number[];
  /** [o, c / groups, …] */
  readonly filter: readonly number[];
  /** [n, o, …] */
  readonly y: readonly number[];
  /** Extents of the window axes: of the input, of the filter and of the output. */
  readonly plane: readonly number[];
  readonly taps: readonly number[];
  readonly outPlane: readonly number[];
  readonly groups: number;
  readonly channelsPerGroup: number;
  readonly filtersPerGroup: number;
  readonly label: string;
}

export function geometryOf({ attributes, a, b, output }: ConvStep): Geometry {
  const { mode, groups } = attributes;
  const [x, filter, y] = {
    forward: [a.shape, b.shape, output.shape],
    inputGradient: [output.shape, b.shape, a.shape],
    filterGradient: [a.shape, output.shape, b.shape],
  }[mode];
  return {
    ...{ x, filter, y, groups },
    ...{ plane: x.slice(2), taps: filter.slice(2), outPlane: y.slice(2) },
    channelsPerGroup: filter[1],
    filtersPerGroup: filter[0] / groups,
    label: `conv ${mode} [${a.shape.join()}] [${b.shape.join()}]`,
  };
}
