import {
  createDetached,
  newGradientSlot,
  noGrad,
  recompute,
  recordDraws,
  Tensor,
  withGradient,
  withGradMode,
} from "@minima/tensor";
import { gradientsOf } from "./differentiate.ts";

/**
 * A function whose inner values are not kept for the backward pass but computed again there: less memory for about one
 * more forward pass (Chen et al. 2016). The second computation draws the same random bits and repeats no effect.
 *
 * Gradients flow to the inputs and to what `f` captures, in so far as it is listed in `captures` (parameters).
 *
 * @param f - Synchronous.
 * @param captures - Tensors and variables the function uses besides its inputs, that need gradients.
 */
export function checkpoint<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
  captures: () => readonly Tensor[] = () => [],
): (...inputs: Inputs) => Tensor {
  return (...inputs) => {
    const captured = captures();
    const sources: readonly Tensor[] = [...inputs, ...captured];
    const [value, draws] = recordDraws(() => noGrad(() => f(...inputs)));
    return withGradient(
      sources,
      () => value,
      (gradient) =>
        withGradMode(true, () => {
          // Inputs of their own, so that the walk back ends at them. Captured tensors end it themselves.
          const own = inputs.map((input) => detachedSource(input));
          const again = recompute(draws, () => f(...(own as readonly Tensor[] as Inputs)));
          return gradientsOf(again, [...own, ...captured], gradient);
        }),
    );
  };
}

/** The value of a tensor as a new place to differentiate by. */
function detachedSource(t: Tensor): Tensor {
  return new Tensor(createDetached(t.node, { gradientSlot: newGradientSlot() }));
}
