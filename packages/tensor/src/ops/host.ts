import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { activeTrace } from "../graph/trace.ts";
import { Tensor } from "../tensor.ts";
import { fillNode } from "./build.ts";

/**
 * A scalar whose number the host computes. Outside of `compile` that is done at once; a compiled function asks
 * `provider` anew at each call, so that schedules and counters keep moving without being traced again.
 */
export function hostScalar(provider: () => number): Tensor {
  return hostFill(provider, [], "float32");
}

/** One word of which the host tells the bits: as `hostScalar`, a uint32 in an axis of its own. */
export function hostWord(provider: () => number): Tensor {
  return hostFill(provider, [1], "uint32");
}

function hostFill(provider: () => number, shape: Shape, dtype: DType): Tensor {
  const trace = activeTrace();
  const node = fillNode(trace === null ? provider() : 0, shape, dtype);
  if (trace !== null) {
    node.bound = true;
    trace.scalar(node, provider);
  }
  return new Tensor(node);
}

/**
 * A number that the host computes, for operations to take: as `hostScalar` in a compiled function, and outside of one the number
 * itself, which costs no tensor.
 */
export function hostNumber(provider: () => number): Tensor | number {
  return activeTrace() === null ? provider() : hostScalar(provider);
}

/** Does something on the host: now, or in a compiled function at each call, before it runs. */
export function hostEffect(fn: () => void): void {
  const trace = activeTrace();
  if (trace === null) fn();
  else trace.effect(fn);
}
