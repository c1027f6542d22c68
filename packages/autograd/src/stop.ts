import { type Tensor, detach } from "@minima/tensor";

/** The same values as constants: no gradient flows through. */
export function stopGradient(x: Tensor): Tensor {
  return detach(x);
}
