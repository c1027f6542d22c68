import {
  MinimaError,
  ShapeError,
  Tensor,
  ValueError,
  checkOptions,
  createSource,
  formatShape,
  isFloat,
  isGradEnabled,
  onesLike,
  withGradMode,
} from "@minima/tensor";
import { gradientsOf } from "./differentiate.ts";

/** Tensors in nested arrays and objects; other values are passed through. */
export type Arguments =
  Tensor | readonly Arguments[] | { readonly [name: string]: Arguments } | number | string | boolean | null;

export interface GradOptions {
  /** Positions of the arguments to differentiate by; default the first. */
  readonly argnums?: number | readonly number[];
}

/** How many functional gradients are being taken: the inner ones must record history for the outer. */
let nesting = 0;

/**
 * A function that gives the gradient of a scalar function.
 *
 * `grad(f)(x, …)` is df/dx in the structure of the first argument: a tensor, or nested arrays and objects of tensors.
 */
export function grad<A extends readonly unknown[]>(f: (...args: A) => Tensor, options: GradOptions = {}) {
  const both = valueAndGrad(f, options);
  return (...args: A): A[0] => both(...args)[1];
}

/** As `grad`, and gives the value too: [f(x), df/dx]. With several `argnums` the gradients are a list. */
export function valueAndGrad<A extends readonly unknown[]>(f: (...args: A) => Tensor, options: GradOptions = {}) {
  checkOptions("grad", options, { argnums: true });
  const argnums = options.argnums ?? 0;
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  return (...args: A): [Tensor, A[0]] => {
    const wrong = positions.find((i, k) => !(i in args) || positions.indexOf(i) < k);
    if (wrong !== undefined) {
      throw new ValueError(
        `grad: argnums ${wrong} must be the position of one of the ${args.length} arguments, each once`,
      );
    }
    const sources: Tensor[] = [];
    const traced = args.map((arg, i) => (positions.includes(i) ? mapTensors(arg, (t) => source(t, sources)) : arg));
    nesting++;
    let gradients: Tensor[];
    let value: Tensor;
    try {
      // Tracing replaces tensors by tensors only, so the arguments keep their types.
      value = withGradMode(true, () => f(...(traced as readonly unknown[] as A)));
      checkScalar(value);
      gradients = withGradMode(nesting > 1 && isGradEnabled(), () => gradientsOf(value, sources, onesLike(value)));
    } finally {
      nesting--;
    }
    let next = 0;
    const result = positions.map((i) => mapTensors(args[i], () => gradients[next++]));
    return [value, typeof argnums === "number" ? result[0] : result];
  };
}

/** A tensor to differentiate by: a node of its own, so that the walk back ends there. */
function source(t: Tensor, sources: Tensor[]): Tensor {
  if (!isFloat(t.dtype)) throw new ValueError(`grad: an argument is ${t.dtype}; only float tensors have gradients`);
  const own = withGradMode(true, () => new Tensor(createSource(t.node)));
  sources.push(own);
  return own;
}

function checkScalar(value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw new MinimaError("grad: the function must return a tensor");
  if (value.size !== 1) {
    throw new ShapeError(`grad: the function gave shape ${formatShape(value.shape)}; it must give a scalar`);
  }
}

/** The same structure with each tensor replaced. */
function mapTensors(value: unknown, map: (t: Tensor) => unknown): unknown {
  if (value instanceof Tensor) return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTensors(item, map));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTensors(item, map)]));
  }
  return value;
}
