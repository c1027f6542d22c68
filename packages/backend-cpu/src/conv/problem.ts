import type { ConvStep } from "@minima/tensor";
import { phasesOf } from "./phases.ts";

/**
 * Windows that slide over planes, two-dimensional (a convolution over one axis has planes of one row). Window (row,
 * column) covers, for each tap (i, j), the input element
 * (`top` + row·`rowStep` + i·`tapRowStep`, `left` + column·`columnStep` + j·`tapColumnStep`), or a zero outside of the plane.
 */
export interface Windows {
  readonly images: number;
  readonly groups: number;
  /** Input planes of a group. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly tapRows: number;
  readonly tapColumns: number;
  readonly tapRowStep: number;
  readonly tapColumnStep: number;
  readonly rowStep: number;
  readonly columnStep: number;
  readonly top: number;
  readonly left: number;
  /** How many windows there are. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * For each group, and k = (channel, tap row, tap column) in this order:
 *
 * `out[image, group, m, row, column] = Σ_k filter[group, m, k] · window(row, column)[k]`
 */
export interface Correlation extends Windows {
  /** Output planes of a group. */
  readonly outputs: number;
  /** Where the filter element (group, m, channel, tap row, tap column) lies: steps in elements, which may be negative. */
  readonly filter: {
    readonly offset: number;
    readonly group: number;
    readonly output: number;
    readonly channel: number;
    readonly row: number;
    readonly column: number;
  };
  /** Windows go to every `rowStep`-th row and `columnStep`-th column of planes of `height` x `width`. */
  readonly target: {
    readonly height: number;
    readonly width: number;
    readonly top: number;
    readonly left: number;
    readonly rowStep: number;
    readonly columnStep: number;
  };
}

/** x (n, c, …), filter (o, c / groups, …) and y (n, o, …) of a convolution, with two spatial axes each. */
interface Geometry {
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly y: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

function geometryOf({ attributes, a, b, output }: ConvStep): Geometry {
  const { mode, stride, dilation, padBefore } = attributes;
  const [x, filter, y] =
    mode === "forward"
      ? [a.shape, b.shape, output.shape]
      : mode === "inputGradient"
        ? [output.shape, b.shape, a.shape]
        : [a.shape, output.shape, b.shape];
  const flat = stride.length === 1;
  const shape = (extents: readonly number[]) => (flat ? [extents[0], extents[1], 1, extents[2]] : extents);
  const pair = (values: readonly number[], missing: number) => (flat ? [missing, values[0]] : values);
  return {
    x: shape(x),
    filter: shape(filter),
    y: shape(y),
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    padBefore: pair(padBefore, 0),
  };
}

/** The windows of x that make y; for the gradient of the filter too. */
export function windowsOf(step: ConvStep): Windows {
  const { x, filter, y, stride, dilation, padBefore } = geometryOf(step);
  return {
    images: x[0],
    groups: step.attributes.groups,
    channels: filter[1],
    height: x[2],
    width: x[3],
    tapRows: filter[2],
    tapColumns: filter[3],
    tapRowStep: dilation[0],
    tapColumnStep: dilation[1],
    rowStep: stride[0],
    columnStep: stride[1],
    top: -padBefore[0],
    left: -padBefore[1],
    rows: y[2],
    columns: y[3],
  };
}

/** y from x. */
export function forwardCorrelation(step: ConvStep): Correlation {
  const { filter, y } = geometryOf(step);
  const outputs = filter[0] / step.attributes.groups;
  const [channel, row] = [filter[2] * filter[3], filter[3]];
  const output = filter[1] * channel;
  return {
    ...windowsOf(step),
    outputs,
    filter: { offset: 0, group: outputs * output, output, channel, row, column: 1 },
    target: { height: y[2], width: y[3], top: 0, left: 0, rowStep: 1, columnStep: 1 },
  };
}

/**
 * The gradient of x from that of y: one correlation for each pair of remainders of the position in x by the stride,
 * since positions of one remainder meet the same taps. A remainder that meets none is left out: its gradient is zero.
 */
export function inputGradientCorrelations(step: ConvStep): Correlation[] {
  const { x, filter, y, stride, dilation, padBefore } = geometryOf(step);
  const { groups } = step.attributes;
  const [channels, outputs] = [filter[0] / groups, filter[1]];
  const taps = filter[2] * filter[3];
  const [rowPhases, columnPhases] = [0, 1].map((axis) =>
    phasesOf(x[2 + axis], filter[2 + axis], stride[axis], dilation[axis], padBefore[axis]),
  );
  return rowPhases.flatMap((rows) =>
    columnPhases.map((columns) => ({
      images: x[0],
      groups,
      channels,
      height: y[2],
      width: y[3],
      tapRows: rows.taps,
      tapColumns: columns.taps,
      tapRowStep: rows.tapStep,
      tapColumnStep: columns.tapStep,
      rowStep: 1,
      columnStep: 1,
      top: rows.first,
      left: columns.first,
      rows: rows.count,
      columns: columns.count,
      outputs,
      filter: {
        offset: rows.filterOffset * filter[3] + columns.filterOffset,
        group: channels * outputs * taps,
        output: taps,
        channel: outputs * taps,
        row: rows.filterStep * filter[3],
        column: columns.filterStep,
      },
      target: {
        height: x[2],
        width: x[3],
        top: rows.phase,
        left: columns.phase,
        rowStep: stride[0],
        columnStep: stride[1],
      },
    })),
  );
}
