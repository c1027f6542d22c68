/** A tensor seen as [outer, length, inner] around one axis. */
export interface Lines {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Lines along the axis. */
  readonly count: number;
}

export function linesOf(shape: readonly number[], axis: number): Lines {
  const size = (extents: readonly number[]): number => extents.reduce((product, extent) => product * extent, 1);
  const [outer, inner] = [size(shape.slice(0, axis)), size(shape.slice(axis + 1))];
  return { outer, length: shape[axis], inner, count: outer * inner };
}
