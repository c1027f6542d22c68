import { type Tensor, ValueError, mean, sum } from "@minima/tensor";

/** What becomes of the losses of the elements: their mean (default), their sum, or all of them. */
export type Reduction = "mean" | "sum" | "none";

/** Applies a reduction. */
export function reduceLoss(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return mean(losses);
    case "sum":
      return sum(losses);
    case "none":
      return losses;
    default:
      throw new ValueError(`loss: reduction ${String(reduction)} must be "mean", "sum" or "none"`);
  }
}
