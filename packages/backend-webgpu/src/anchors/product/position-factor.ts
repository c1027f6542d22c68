import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { BoundSource } from "../source.ts";
import type { Fetching, Factor } from "./factor.ts";

/** A factor whose elements lie where a place and a term point together. */
export interface PositionLayout {
  readonly along: Factor["along"];
  readonly place: (at: string) => PartOfPosition;
  readonly term: (at: string) => PartOfPosition;
}

interface PartOfPosition {
  /** Whether the place or term exists. */
  readonly isInside: string;
  /** A summand of the position. */
  readonly position: string;
}

/**
 * Such a factor; the operand's width says whether it is fetched in vec4s.
 *
 * @param name - Of the function that becomes part of the kernel.
 */
export function positionFactor(
  writer: KernelWriter,
  operand: BoundSource,
  name: string,
  { along, place, term }: PositionLayout,
  fetching: Fetching,
): Factor {
  const isVector = operand.width === 4;
  if (fetching === "elements") {
    return {
      along,
      isVector: false,
      place: (at) => place(at).position,
      term: (at) => term(at).position,
      value: (at, t) => operand.load(`${at} + ${t}`),
    };
  }
  // No sum of a place and a term, neither of which needs to be positive where a matrix is flipped.
  const outside = writer.constant("outside", "i32(-2147483648)");
  writer.function(`fn ${name}(place: i32, term: i32) -> ${isVector ? "vec4f" : "f32"}`, () => {
    writer.line(`let is_inside = (place != ${outside}) & (term != ${outside});`);
    const value = operand.load(
      isVector ? "select(0, place + term, is_inside) / 4" : "select(0, place + term, is_inside)",
    );
    writer.line(`return select(${isVector ? "vec4f()" : "0.0f"}, ${value}, is_inside);`);
  });
  const split = ({ isInside, position }: PartOfPosition): string => `select(${outside}, ${position}, ${isInside})`;
  return {
    along,
    isVector,
    place: (at) => split(place(at)),
    term: (at) => split(term(at)),
    value: (at, t) => `${name}(${at}, ${t})`,
  };
}
