import {
  named,
  type Operand,
  type Tensor,
  abs,
  add,
  div,
  inFloat32,
  neg,
  softmax,
  square,
  withGradient,
} from "@minima/tensor";

/** x / (1 + |x|), with derivative 1 / (1 + |x|)². Turian, Bergstra, Bengio 2009, "Quadratic features and deep architectures". */
export function softsign(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => div(t, add(abs(t), 1)),
      (g) => [div(g, square(add(abs(t), 1)))],
    ),
  );
}

/** softmax(-x) along an axis: the smallest elements get the largest shares. */
export function softmin(x: Operand, axis = -1): Tensor {
  return named("softmin", () => inFloat32([x], (t) => softmax(neg(t), axis)));
}
