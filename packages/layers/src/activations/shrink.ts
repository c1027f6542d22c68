import {
  type Operand,
  type Tensor,
  ValueError,
  abs,
  clamp,
  inFloat32,
  lessEqual,
  mul,
  square,
  sub,
  tanh,
  where,
  withGradient,
} from "@minima/tensor";

export interface ShrinkOptions {
  /** Half the width of the interval that becomes 0; at least 0, default 0.5. */
  readonly lambda?: number | undefined;
}

function lambdaOf(operation: string, { lambda = 0.5 }: ShrinkOptions): number {
  if (!(lambda >= 0)) throw new ValueError(`${operation}: lambda ${lambda} must be at least 0`);
  return lambda;
}

/** x - λ for x > λ, x + λ for x < -λ, 0 between; its derivative at ±λ is 0. */
export function softshrink(x: Operand, options: ShrinkOptions = {}): Tensor {
  const lambda = lambdaOf("softshrink", options);
  return inFloat32([x], (t) => sub(t, clamp(t, { min: -lambda, max: lambda })));
}

/** x where |x| > λ, else 0; its derivative at ±λ is 0. */
export function hardshrink(x: Operand, options: ShrinkOptions = {}): Tensor {
  const lambda = lambdaOf("hardshrink", options);
  return inFloat32([x], (t) => where(lessEqual(abs(t), lambda), 0, t));
}

/** x - tanh(x), with derivative tanh²(x). */
export function tanhshrink(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => sub(t, tanh(t)),
      (g) => [mul(g, square(tanh(t)))],
    ),
  );
}
