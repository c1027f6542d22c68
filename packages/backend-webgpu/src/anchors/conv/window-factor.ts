import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Factor, Fetching } from "../product/factor.ts";
import type { BoundSource } from "../source.ts";

/**
 * A factor made of the windows of images. A place and a term each say which image or channel they are in, as an offset,
 * and give one summand of the position in every window axis: the element lies at the sums of both. `outside`, an offset
 * that is negative, marks places and terms beyond the factor.
 */
export interface WindowLayout {
  readonly along: Factor["along"];
  /** Extents of the image's window axes. */
  readonly plane: readonly number[];
  /** Positions are divided by these; where they do not divide, the element is zero. */
  readonly stride: readonly number[];
  /** What a place is split into, and a term, both u32: an offset and a summand for each axis. */
  readonly place: (at: string) => WindowParts;
  readonly term: (at: string) => WindowParts;
}

interface WindowParts {
  /** Whether the place or term exists. */
  readonly isInside: string;
  /** Of the image and channel, u32. */
  readonly offset: string;
  /** As i32. */
  readonly summands: readonly string[];
}

/** The windows of images as a factor; `name` becomes part of the names of its functions. Elements are fetched of windows inside. */
export function windowFactor(
  writer: KernelWriter,
  operand: BoundSource,
  name: string,
  fetching: Fetching,
  layout: WindowLayout,
): Factor {
  return fetching === "elements" ? insideFactor(operand, layout) : testedFactor(writer, operand, name, layout);
}

/** Where all windows lie inside of the image, and nothing is divided. */
function insideFactor(operand: BoundSource, { along, plane, place, term }: WindowLayout): Factor {
  const position = ({ offset, summands }: WindowParts): string =>
    `i32(${offset}) + ${positionInPlane(summands, plane)}`;
  return {
    along,
    isVector: false,
    place: (at) => position(place(`u32(${at})`)),
    term: (at) => position(term(`u32(${at})`)),
    value: (at, t) => operand.load(`${at} + ${t}`),
  };
}

function testedFactor(
  writer: KernelWriter,
  operand: BoundSource,
  name: string,
  { along, plane, stride, place, term }: WindowLayout,
): Factor {
  const type = `vec${plane.length + 1}i`;
  writeSplit(writer, `${name}_place`, type, place);
  writeSplit(writer, `${name}_term`, type, term);
  writer.function(`fn ${name}(place: ${type}, term: ${type}) -> f32`, () => {
    writer.line("let at = place + term;");
    const tests = ["(place.x >= 0)", "(term.x >= 0)"];
    const position = plane.map((extent, axis) => {
      const sum = `at.${"yzw"[axis]}`;
      tests.push(`(${sum} >= 0)`, `(${sum} < ${extent * stride[axis]})`);
      if (stride[axis] === 1) return sum;
      tests.push(`(${sum} % ${stride[axis]} == 0)`);
      return `${sum} / ${stride[axis]}`;
    });
    // Without a branch, and with & instead of &&, which is one as well.
    writer.line(`let is_inside = ${tests.join(" & ")};`);
    const value = operand.load(`select(0, at.x + ${positionInPlane(position, plane)}, is_inside)`);
    writer.line(`return select(0.0f, ${value}, is_inside);`);
  });
  return {
    along,
    isVector: false,
    place: (at) => `${name}_place(u32(${at}), group)`,
    term: (at) => `${name}_term(u32(${at}), group)`,
    value: (at, t) => `${name}(${at}, ${t})`,
  };
}

/** The position of these coordinates in a plane. */
function positionInPlane(coordinates: readonly string[], plane: readonly number[]): string {
  return coordinates.reduce((joined, at, axis) => `(${joined}) * ${plane[axis]} + ${at}`);
}

/** A function that splits the number of a place or a term. */
function writeSplit(writer: KernelWriter, name: string, type: string, split: (at: string) => WindowParts): void {
  writer.function(`fn ${name}(at: u32, group: u32) -> ${type}`, () => {
    const { isInside, offset, summands } = split("at");
    writer.line(`return ${type}(${[`select(-1, i32(${offset}), ${isInside})`, ...summands].join(", ")});`);
  });
}

/** Splits the number of a position, u32, into its coordinates, i32 expressions. */
export function coordinates(at: string, extents: readonly number[]): string[] {
  let unit = extents.reduce((size, extent) => size * extent, 1);
  return extents.map((extent, axis) => {
    unit /= extent;
    const quotient = unit === 1 ? at : `${at} / ${unit}u`;
    return `i32(${axis === 0 ? quotient : `${quotient} % ${extent}u`})`;
  });
}
