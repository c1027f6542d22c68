import {
  type Tensor, ValueError, checkInteger, checkOptions, evaluateInDouble, mul, onesLike, sum, tensor, withGradMode,
} from "@minima/tensor"; // prettier-ignore
import { gradientsOf } from "./differentiate.ts";

export interface GradientCheckOptions {
  /** Step of the central difference; default 1e-5. */
  readonly step?: number;
  /** At most this many elements of each input are perturbed, evenly spread; default 64. */
  readonly elements?: number;
  /** Check the gradient's gradient as well. */
  readonly second?: boolean;
}

export interface GradientCheck {
  /** Largest |difference| / max(1, |numerical|) over all elements perturbed. */
  readonly worst: number;
  /** Where it is: input and element. */
  readonly input: number;
  readonly element: number;
  readonly analytic: number;
  readonly numerical: number;
}

/** Fixed weights that make a scalar of any output, so that errors do not cancel. */
function weighted(output: Tensor, seed: number): Tensor {
  const weights = Float32Array.from({ length: output.size }, (_, i) => Math.sin(1.3 * i + seed) + 0.4);
  return sum(mul(output, tensor(weights, { shape: output.shape })));
}

/**
 * Compares the gradient of a function with central differences (f(x + h) - f(x - h)) / 2h. Both are evaluated by the
 * reference evaluator in double precision, so an error of 1e-6 means a wrong rule, not rounding.
 *
 * @param f - Deterministic; of float tensors.
 * @param inputs - Elements and shapes of its arguments.
 */
export function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly { readonly data: readonly number[]; readonly shape: readonly number[] }[],
  options: GradientCheckOptions = {},
): GradientCheck {
  const { step = 1e-5, elements = 64 } = options;
  checkOptions("checkGradients", options, { step: true, elements: true, second: true });
  checkInteger("checkGradients", "elements", elements, 1);
  if (!(step > 0 && step < Infinity)) throw new ValueError(`checkGradients: step ${step} must be positive and finite`);
  const leaves = inputs.map(({ data, shape }) => tensor(Float32Array.from(data), { shape, requiresGrad: true }));
  return withGradMode(true, () => {
    const loss = weighted(f(...leaves), 0);
    // Rules may be others where nobody will differentiate what they make.
    const gradients = withGradMode(options.second === true, () => gradientsOf(loss, leaves, onesLike(loss)));
    const first = compare(loss, gradients, leaves, options);
    if (options.second !== true) return first;
    // The second derivative is the derivative of a weighted sum of the gradients.
    const terms = gradients.map((gradient, i) => weighted(gradient, i + 1));
    const total = terms.reduce((a, b) => a.add(b));
    const second = compare(total, gradientsOf(total, leaves, onesLike(total)), leaves, options);
    return isWorse(second.worst, first.worst) ? second : first;
  });
}

function compare(
  loss: Tensor,
  gradients: readonly Tensor[],
  leaves: readonly Tensor[],
  options: GradientCheckOptions,
): GradientCheck {
  const { step = 1e-5, elements = 64 } = options;
  const values = new Map<Tensor, Float64Array>();
  leaves.forEach((leaf) => values.set(leaf, Float64Array.from(leaf.node.storage?.host ?? [])));
  const analytic = evaluateInDouble(gradients, values);
  let worst: GradientCheck = { worst: 0, input: 0, element: 0, analytic: 0, numerical: 0 };
  leaves.forEach((leaf, input) => {
    const data = values.get(leaf) ?? new Float64Array();
    const stride = Math.max(1, Math.floor(data.length / elements));
    for (let element = 0; element < data.length; element += stride) {
      const at = (shift: number): number => {
        const moved = data.slice();
        moved[element] += shift;
        return evaluateInDouble([loss], new Map([...values, [leaf, moved]]))[0][0];
      };
      const numerical = (at(step) - at(-step)) / (2 * step);
      const exact = analytic[input][element];
      const error = Math.abs(numerical - exact) / Math.max(1, Math.abs(numerical));
      if (isWorse(error, worst.worst)) worst = { worst: error, input, element, analytic: exact, numerical };
    }
  });
  return worst;
}

/** NaN is the worst error there is. */
function isWorse(error: number, than: number): boolean {
  return Number.isNaN(error) ? !Number.isNaN(than) : error > than;
}
