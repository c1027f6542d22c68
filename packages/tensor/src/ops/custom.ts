import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../errors.ts";
import { createCustom } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import { noGrad } from "../graph/mode.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** dL/d(input) for each input from dL/d(output) and the output; null where no gradient flows. */
export type GradientRule = (gradient: Tensor, output: Tensor) => readonly (Tensor | null)[];

/**
 * A function with a gradient of its own: `forward` makes the value from the inputs, `rule` its gradient. The rule is
 * made of tensor operations, so gradients of any order work.
 *
 * @throws {ValueError} In `backward`, if the rule does not give one entry for each input; {ShapeError} {DTypeError} if a
 *   gradient does not have the shape and dtype of its input.
 */
export function withGradient(inputs: readonly Tensor[], forward: () => Tensor, rule: GradientRule): Tensor {
  inputs.forEach((input, i) => checkTensor(`input ${i}`, input));
  if (!inputs.some((input) => input.requiresGrad)) return checkTensor("what forward gave", forward());
  const value = checkTensor("what forward gave", noGrad(forward));
  const nodes: Node[] = inputs.map((input) => input.node);
  return new Tensor(
    createCustom(value.node, {
      inputs: nodes,
      rule: (gradient, output) => nodesOf(rule(new Tensor(gradient), new Tensor(output)), nodes),
    }),
  );
}

function checkTensor(what: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new ValueError(`customGradient: ${what} is no tensor, but ${String(value)}`);
}

/** What a rule gave, checked against the inputs. */
function nodesOf(gradients: readonly (Tensor | null)[], inputs: readonly Node[]): (Node | null)[] {
  const count = Array.isArray(gradients) ? gradients.length : "no list of";
  if (count !== inputs.length) {
    throw new ValueError(
      `customGradient: the rule gave ${count} gradients for ${inputs.length} inputs; return an array with one for each, ` +
        "null where none flows",
    );
  }
  return gradients.map((gradient, i) => {
    if (gradient === null) return null;
    const { node } = checkTensor(`what the rule gave for input ${i}`, gradient);
    const { shape, dtype } = inputs[i];
    if (!isFloat(dtype)) return null; // integers have no gradient
    if (!sameShape(node.shape, shape)) {
      throw new ShapeError(
        `customGradient: the rule gave shape ${formatShape(node.shape)} for input ${i}, which has ${formatShape(shape)}; ` +
          "sum over the axes that were broadcast",
      );
    }
    if (node.dtype !== dtype) {
      throw new DTypeError(`customGradient: the rule gave ${node.dtype} for input ${i}, which is ${dtype}; cast it`);
    }
    return node;
  });
}
