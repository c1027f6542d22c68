import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape, normalizeAxis } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, requireFloat } from "../build.ts";
import { diagonal } from "../diagonal.ts";
import { sum } from "../reduce.ts";
import { squeeze } from "../views.ts";
import { type Term, contract, ordered } from "./contraction.ts";
import { type Equation, type Label, parseEquation } from "./equation.ts";

/**
 * Einstein's summation. The equation names the axes of each operand by letters, and those of the output:
 * `einsum("bij,bjk->bik", a, b)` is c[b,i,k] = Σ_j a[b,i,j]·b[b,j,k]. Axes that the output does not name are summed over, a
 * letter twice in one operand takes the diagonal, and "..." stands for any axes, which broadcast. Without "->" the output
 * has the letters that stand once, in alphabetical order.
 *
 * Operands are multiplied two at a time, the cheapest pair first, as matrix products in float32.
 *
 * @throws {ValueError} An equation that cannot be read. {@link ShapeError} where it does not fit the shapes.
 *   {@link DTypeError} for products of integers alone.
 */
export function einsum(equation: string, ...operands: readonly Operand[]): Tensor {
  const tensors = operands.map(asTensor);
  if (tensors.length > 1) requireFloat("einsum", ...tensors);
  const parsed = parseEquation(
    equation,
    tensors.map((t) => t.shape),
  );
  let terms = tensors.map((tensor, i) => withoutRepeats({ tensor, labels: parsed.operands[i] }, parsed));
  terms = terms.map((term, i) => sumAlone(term, terms, i, parsed.output));
  while (terms.length > 1) {
    const [i, j] = cheapestPair(terms, parsed);
    const others = terms.filter((_, k) => k !== i && k !== j);
    const isWanted = (label: Label): boolean =>
      parsed.output.includes(label) || others.some((term) => term.labels.includes(label));
    terms = [...others, contract(terms[i], terms[j], isWanted)];
  }
  return ordered(terms[0], parsed.output);
}

/** Takes diagonals where a label stands twice, and drops axes of extent 1 that stretch. */
function withoutRepeats(term: Term, { extents }: Equation): Term {
  let { tensor, labels } = term;
  const stretched = labels.map((label, axis) => tensor.shape[axis] === 1 && extents.get(label) !== 1);
  const dropped = stretched.flatMap((is, axis) => (is ? [axis] : []));
  if (dropped.length > 0) tensor = squeeze(tensor, dropped);
  labels = labels.filter((_, axis) => !stretched[axis]);
  for (;;) {
    const axis1 = labels.findIndex((label, axis) => labels.indexOf(label) !== axis);
    if (axis1 < 0) break;
    const axis0 = labels.indexOf(labels[axis1]);
    const label = labels[axis1];
    tensor = diagonal(tensor, { axis0, axis1 });
    labels = [...labels.filter((_, axis) => axis !== axis0 && axis !== axis1), label];
  }
  return { tensor, labels };
}

/** Sums over labels that neither another term nor the output has. */
function sumAlone(term: Term, terms: readonly Term[], own: number, output: readonly Label[]): Term {
  const isAlone = (label: Label): boolean =>
    !output.includes(label) && !terms.some((other, k) => k !== own && other.labels.includes(label));
  const axes = term.labels.flatMap((label, axis) => (isAlone(label) ? [axis] : []));
  if (axes.length === 0) return term;
  return { tensor: sum(term.tensor, { axis: axes }), labels: term.labels.filter((label) => !isAlone(label)) };
}

/** The pair whose product takes the fewest multiplications. */
function cheapestPair(terms: readonly Term[], { extents }: Equation): [number, number] {
  let best: [number, number] = [0, 1];
  let least = Infinity;
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const labels = new Set([...terms[i].labels, ...terms[j].labels]);
      const cost = [...labels].reduce((product, label) => product * (extents.get(label) ?? 1), 1);
      if (cost < least) {
        least = cost;
        best = [i, j];
      }
    }
  }
  return best;
}

/**
 * Sum of products over pairs of axes: with a number n over the last n axes of a and the first n of b, with two lists over
 * the axes they name. The result has the other axes of a, then those of b.
 */
export function tensordot(
  a: Operand,
  b: Operand,
  axes: number | readonly [a: readonly number[], b: readonly number[]] = 2,
): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  const [left, right] = typeof axes === "number" ? innermost(x, axes) : axes;
  const xAxes = left.map((axis) => normalizeAxis("tensordot", axis, x.ndim));
  const yAxes = right.map((axis) => normalizeAxis("tensordot", axis, y.ndim));
  if (xAxes.length !== yAxes.length || new Set(xAxes).size < xAxes.length || new Set(yAxes).size < yAxes.length) {
    throw new ValueError(
      `tensordot: axes [${left.join(", ")}] and [${right.join(", ")}] are not pairs, each axis once`,
    );
  }
  xAxes.forEach((axis, i) => {
    if (x.shape[axis] !== y.shape[yAxes[i]]) {
      throw new ShapeError(
        `tensordot: axis ${axis} of ${formatShape(x.shape)} and axis ${yAxes[i]} of ${formatShape(y.shape)} differ`,
      );
    }
  });
  const labels = (t: Tensor, name: string, summed: readonly number[]): Label[] =>
    t.shape.map((_, axis) => (summed.includes(axis) ? `sum ${summed.indexOf(axis)}` : `${name} ${axis}`));
  const isWanted = (label: Label): boolean => !label.startsWith("sum");
  return contract({ tensor: x, labels: labels(x, "a", xAxes) }, { tensor: y, labels: labels(y, "b", yAxes) }, isWanted)
    .tensor;
}

function innermost(x: Tensor, count: number): [number[], number[]] {
  if (!Number.isInteger(count) || count < 0 || count > x.ndim) {
    throw new ValueError(`tensordot: ${count} axes; ${formatShape(x.shape)} has ${x.ndim}`);
  }
  const first = Array.from({ length: count }, (_, i) => i);
  return [first.map((i) => x.ndim - count + i), first];
}
