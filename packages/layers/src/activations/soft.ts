import {
  type Operand,
  type Tensor,
  abs,
  add,
  asTensor,
  cast,
  div,
  neg,
  softmax,
  square,
  withGradient,
} from "@minima/tensor";

/** x / (1 + |x|), with derivative 1 / (1 + |x|)². Turian, Bergstra, Bengio 2009, "Quadratic features and deep architectures". */
export function softsign(x: Operand): Tensor {
  const t = cast(asTensor(x), "float32");
  return withGradient(
    [t],
    () => div(t, add(abs(t), 1)),
    (g) => [div(g, square(add(abs(t), 1)))],
  );
}

/** softmax(-x) along an axis: the smallest elements get the largest shares. */
export function softmin(x: Operand, axis = -1): Tensor {
  return softmax(neg(cast(asTensor(x), "float32")), axis);
}
