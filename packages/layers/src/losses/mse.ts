import { ShapeError, type Tensor, formatShape, named, sameShape, square, sub } from "@minima/tensor";
import { type Reduction, reduceLoss } from "./reduction.ts";

/** Squared error (input - target)², reduced. */
export function mseLoss(input: Tensor, target: Tensor, options: { reduction?: Reduction | undefined } = {}): Tensor {
  return named("mseLoss", () => {
    if (!sameShape(input.shape, target.shape)) {
      throw new ShapeError(`mseLoss: input ${formatShape(input.shape)} and target ${formatShape(target.shape)} differ`);
    }
    return reduceLoss(square(sub(input, target)), options.reduction);
  });
}
