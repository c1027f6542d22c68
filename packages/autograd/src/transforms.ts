import {
  ShapeError,
  Tensor,
  createSource,
  formatShape,
  isGradEnabled,
  sameShape,
  withGradMode,
  zeros,
} from "@minima/tensor";
import { gradientsOf } from "./differentiate.ts";

/** A function of tensors. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/**
 * Value and vector-Jacobian product: [f(x…), pullback], where `pullback(v)` gives vᵀ·∂f/∂x for each input.
 *
 * @param inputs - Float tensors.
 */
export function vjp(f: TensorFunction, ...inputs: Tensor[]): [Tensor, (v: Tensor) => Tensor[]] {
  const { sources, value } = traceSources(f, inputs);
  return [
    value,
    (v) => {
      checkShape("vjp", v, value);
      return withGradMode(isGradEnabled(), () => gradientsOf(value, sources, v));
    },
  ];
}

/**
 * Value and Jacobian-vector product: [f(x…), Σ ∂f/∂xᵢ·vᵢ], the derivative of f along the tangents. It is the transpose of
 * the transpose: u ↦ uᵀ·J is linear in u, so its own vector-Jacobian product with v is J·v.
 */
export function jvp(f: TensorFunction, inputs: readonly Tensor[], tangents: readonly Tensor[]): [Tensor, Tensor] {
  if (inputs.length !== tangents.length) {
    throw new ShapeError(`jvp: ${inputs.length} inputs and ${tangents.length} tangents; give one for each`);
  }
  inputs.forEach((input, i) => checkShape("jvp", tangents[i], input));
  return withGradMode(true, () => {
    const { sources, value } = traceSources(f, inputs);
    const u = new Tensor(createSource(zeros(value.shape).node));
    const products = gradientsOf(value, sources, u);
    const parts = products.map((product, i) => gradientsOf(product, [u], tangents[i])[0]);
    return [value, parts.reduce((a, b) => a.add(b), zeros(value.shape))];
  });
}

function traceSources(f: TensorFunction, inputs: readonly Tensor[]): { sources: Tensor[]; value: Tensor } {
  return withGradMode(true, () => {
    const sources = inputs.map((input) => new Tensor(createSource(input.node)));
    return { sources, value: f(...sources) };
  });
}

function checkShape(name: string, v: Tensor, like: Tensor): void {
  if (!sameShape(v.shape, like.shape)) {
    throw new ShapeError(
      `${name}: the vector has shape ${formatShape(v.shape)}, it must be ${formatShape(like.shape)}`,
    );
  }
}
