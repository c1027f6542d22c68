import type { Affine } from "@minima/tensor";
import { times } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Fetching, Factor } from "../product/factor.ts";
import { type PositionLayout, positionFactor } from "../product/position-factor.ts";
import type { BoundSource } from "../source.ts";

/** A matrix in a buffer. */
export interface MatrixLayout {
  /** How many places and terms it has. */
  readonly places: number;
  readonly terms: number;
  /** How far apart they lie. */
  readonly placeStride: number;
  readonly termStride: number;
  /** Where it begins: the offset, and for each point of the batch a multiple of the strides. */
  readonly start: Affine;
}

/** The direction in which a matrix is fetched. */
export function directionOf({ placeStride, termStride }: MatrixLayout): Factor["along"] {
  return Math.abs(termStride) === 1 && Math.abs(placeStride) !== 1 ? "terms" : "places";
}

/** Whether a matrix can be fetched in vec4s: neighbours side by side, all of them in whole quads. */
export function hasQuads(layout: MatrixLayout): boolean {
  const { places, terms, placeStride, termStride, start } = layout;
  const [stride, extent, other] =
    directionOf(layout) === "terms" ? [termStride, terms, placeStride] : [placeStride, places, termStride];
  return stride === 1 && [extent, other, start.offset, ...start.strides].every((size) => size % 4 === 0);
}

/**
 * A matrix as a factor; the operand's width says whether in vec4s.
 *
 * @param name - Of the function that becomes part of the kernel.
 * @param start - The name of the position of its first element.
 */
export function matrixFactor(
  writer: KernelWriter,
  operand: BoundSource,
  name: string,
  layout: MatrixLayout,
  start: string,
  fetching: Fetching,
): Factor {
  const { places, terms, placeStride, termStride } = layout;
  const positions: PositionLayout = {
    along: directionOf(layout),
    place: (at) => ({ isInside: `${at} < ${places}`, position: `${start} + ${times(at, placeStride)}` }),
    term: (at) => ({ isInside: `${at} < ${terms}`, position: times(at, termStride) }),
  };
  return positionFactor(writer, operand, name, positions, fetching);
}
