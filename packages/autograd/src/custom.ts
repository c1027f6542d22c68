import { type Tensor, withGradient } from "@minima/tensor";

/**
 * A function with a gradient rule of its own.
 *
 * @param forward - Makes the value; its own derivative is not used.
 * @param rule - dL/d(input) for each input (null where none flows), from dL/d(output), the output and the inputs. Made
 *   of tensor operations, it can itself be differentiated.
 */
export function customGradient<Inputs extends readonly Tensor[]>(
  forward: (...inputs: Inputs) => Tensor,
  rule: (gradient: Tensor, output: Tensor, ...inputs: Inputs) => readonly (Tensor | null)[],
): (...inputs: Inputs) => Tensor {
  return (...inputs) =>
    withGradient(
      inputs,
      () => forward(...inputs),
      (gradient, output) => rule(gradient, output, ...inputs),
    );
}
