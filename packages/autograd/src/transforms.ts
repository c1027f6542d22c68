import {
  DTypeError,
  ShapeError,
  Tensor,
  createSource,
  formatShape,
  isFloat,
  isGradEnabled,
  sameShape,
  withGradMode,
  zerosLike,
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
  const { sources, value } = traceSources("vjp", f, inputs);
  return [
    value,
    (v) => {
      checkVector("vjp", v, value);
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
  inputs.forEach((input, i) => checkVector("jvp", tangents[i], input));
  return withGradMode(true, () => {
    const { sources, value } = traceSources("jvp", f, inputs);
    const u = new Tensor(createSource(zerosLike(value).node));
    const products = gradientsOf(value, sources, u);
    const parts = products.map((product, i) => gradientsOf(product, [u], tangents[i])[0]);
    return [value, parts.reduce((a, b) => a.add(b), zerosLike(value))];
  });
}

function traceSources(
  name: string,
  f: TensorFunction,
  inputs: readonly Tensor[],
): { sources: Tensor[]; value: Tensor } {
  const other = inputs.find(({ dtype }) => !isFloat(dtype));
  if (other !== undefined)
    throw new DTypeError(`${name}: an input is ${other.dtype}; only float tensors have gradients`);
  return withGradMode(true, () => {
    const sources = inputs.map((input) => new Tensor(createSource(input.node)));
    return { sources, value: f(...sources) };
  });
}

function checkVector(name: string, v: Tensor, like: Tensor): void {
  if (!sameShape(v.shape, like.shape)) {
    throw new ShapeError(
      `${name}: the vector has shape ${formatShape(v.shape)}, it must be ${formatShape(like.shape)}`,
    );
  }
  if (v.dtype !== like.dtype) {
    throw new DTypeError(`${name}: the vector is ${v.dtype}, it must be ${like.dtype}; cast it first`);
  }
}
