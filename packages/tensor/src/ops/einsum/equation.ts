import { ShapeError, ValueError } from "../../errors.ts";
import { type Shape, formatShape } from "../../shape.ts";

/** Names an axis: a letter, or "0", "1", … for the axes of an ellipsis counted from the back. */
export type Label = string;

/** An equation with its ellipses written out. */
export interface Equation {
  /** The labels of the axes of each operand. */
  readonly operands: readonly (readonly Label[])[];
  readonly output: readonly Label[];
  /** How long the axes with a label are; axes of extent 1 stretch. */
  readonly extents: ReadonlyMap<Label, number>;
}

const ellipsis = "...";

/** Reads an equation like "bij,bjk->bik" or "...ij->...ji" for operands of the given shapes. */
export function parseEquation(text: string, shapes: readonly Shape[]): Equation {
  const fail = (why: string): ValueError => new ValueError(`einsum "${text}": ${why}`);
  const [left, right, ...more] = text.replace(/\s+/g, "").split("->");
  if (more.length > 0) throw fail("there is more than one arrow");
  const terms = left.split(",");
  if (terms.length !== shapes.length) {
    throw fail(`it names ${terms.length} operands, and there are ${shapes.length}`);
  }
  for (const term of [...terms, right ?? ""]) {
    if (!/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)) {
      throw fail(`"${term}" must be made of letters and at most one ellipsis "..."`);
    }
  }
  const operands = terms.map((term, i) => {
    const missing = shapes[i].length - letters(term).length;
    if (missing < 0 || (missing > 0 && !term.includes(ellipsis))) {
      throw new ShapeError(
        `einsum "${text}": "${term}" names ${letters(term).length} axes, operand ${i} has shape ${formatShape(shapes[i])}`,
      );
    }
    return labelsOf(term, missing);
  });
  const hidden = Math.max(0, ...operands.map((labels) => labels.filter(isHidden).length));
  const output = right === undefined ? implicitOutput(operands, hidden) : labelsOf(right, hidden);
  if (new Set(output).size !== output.length) throw fail("the output names an axis twice");
  const extents = extentsOf(text, operands, shapes);
  for (const label of output) {
    if (!extents.has(label)) throw fail(`the output names axis "${label}", which no operand has`);
  }
  return { operands, output, extents };
}

const letters = (term: string): string[] => [...term.replace(ellipsis, "")];

const isHidden = (label: Label): boolean => /^\d+$/.test(label);

/** The letters of a term, with `hidden` numbers in place of its ellipsis: the last axis of all ellipses is "0". */
function labelsOf(term: string, hidden: number): Label[] {
  const at = term.indexOf(ellipsis);
  if (at < 0) return [...term];
  const numbers = Array.from({ length: hidden }, (_, i) => String(hidden - 1 - i));
  return [...term.slice(0, at), ...numbers, ...term.slice(at + ellipsis.length)];
}

/** Without an arrow the output has the axes of the ellipses, then the letters that stand once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly Label[])[], hidden: number): Label[] {
  const count = new Map<Label, number>();
  for (const label of operands.flat()) count.set(label, (count.get(label) ?? 0) + 1);
  const once = [...count].filter(([label, times]) => times === 1 && !isHidden(label)).map(([label]) => label);
  return [...labelsOf(ellipsis, hidden), ...once.sort()];
}

function extentsOf(
  text: string,
  operands: readonly (readonly Label[])[],
  shapes: readonly Shape[],
): Map<Label, number> {
  const extents = new Map<Label, number>();
  operands.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      const extent = shapes[i][axis];
      const first = labels.indexOf(label);
      if (shapes[i][first] !== extent) {
        throw new ShapeError(
          `einsum "${text}": "${label}" takes the diagonal of axes ${first} and ${axis} of ${formatShape(shapes[i])}, which differ`,
        );
      }
      const known = extents.get(label) ?? 1;
      if (known !== 1 && extent !== 1 && known !== extent) {
        const name = isHidden(label) ? `axis -${Number(label) + 1} of the ellipsis` : `axis "${label}"`;
        throw new ShapeError(
          `einsum "${text}": ${name} has extent ${known} in one place and ${extent} in operand ${i} of shape ${formatShape(shapes[i])}`,
        );
      }
      extents.set(label, known === 1 ? extent : known);
    });
  });
  return extents;
}
