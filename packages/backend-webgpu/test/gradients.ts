import "@minima/autograd";
import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { floats } from "./values.ts";

/** The value of a function of random inputs, and the gradients of its inputs. */
export function withGradients(f: (...inputs: Tensor[]) => Tensor, ...shapes: (readonly number[])[]): Tensor[] {
  const inputs = shapes.map((shape, i) => new T.Variable(floats(shape, i + 1), { requiresGrad: true }));
  const y = f(...inputs);
  T.sum(T.mul(y, T.sin(T.arange(y.size).reshape(y.shape)))).backward();
  return [y, ...inputs.map(({ grad }) => grad as Tensor)];
}
