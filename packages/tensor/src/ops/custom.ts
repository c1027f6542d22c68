import { createCustom } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import { noGrad } from "../graph/mode.ts";
import { Tensor } from "../tensor.ts";

/** dL/d(input) for each input from dL/d(output) and the output; null where no gradient flows. */
export type GradientRule = (gradient: Tensor, output: Tensor) => readonly (Tensor | null)[];

/**
 * A function with a gradient of its own: `forward` makes the value from the inputs, `rule` its gradient. The rule is
 * made of tensor operations, so gradients of any order work.
 */
export function withGradient(inputs: readonly Tensor[], forward: () => Tensor, rule: GradientRule): Tensor {
  if (!inputs.some((input) => input.requiresGrad)) return forward();
  const value = noGrad(forward);
  const nodes: Node[] = inputs.map((input) => input.node);
  return new Tensor(
    createCustom(value.node, {
      inputs: nodes,
      rule: (gradient, output) =>
        rule(new Tensor(gradient), new Tensor(output)).map((result) => (result === null ? null : result.node)),
    }),
  );
}
