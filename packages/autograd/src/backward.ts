import {
  DTypeError,
  ShapeError,
  Tensor,
  ValueError,
  add,
  atomically,
  checkOptions,
  formatShape,
  onesLike,
  requestOutput,
  sameShape,
  withGradMode,
} from "@minima/tensor";
import { differentiate } from "./differentiate.ts";

export interface BackwardOptions {
  /** Record the gradient's own history, so that it can be differentiated again. */
  readonly createGraph?: boolean;
}

/**
 * Adds dL/d(leaf) to `grad` of every leaf that `root` depends on and that requires gradients. Nothing runs yet: the
 * gradients are part of the graph, and of the program that the optimizer's `step` runs.
 *
 * @param gradient - dL/d(root); may be left out when the root is a scalar, where it is 1.
 */
export function backward(root: Tensor, gradient?: Tensor, options: BackwardOptions = {}): void {
  checkOptions("backward", options, { createGraph: true });
  if (gradient !== undefined && !(gradient instanceof Tensor)) {
    throw new ValueError(`backward: the gradient must be a tensor, not ${String(gradient)}`);
  }
  if (!root.requiresGrad) {
    throw new ValueError(
      "backward: the tensor does not depend on anything that requires gradients. What a compiled function returns does not: call " +
        "backward inside of the function",
    );
  }
  if (gradient === undefined && root.size !== 1) {
    throw new ShapeError(`backward: shape ${formatShape(root.shape)} is no scalar; reduce it, or pass dL/d(tensor)`);
  }
  if (gradient !== undefined && !sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `backward: the gradient has shape ${formatShape(gradient.shape)}, the tensor ${formatShape(root.shape)}`,
    );
  }
  if (gradient !== undefined && gradient.dtype !== root.dtype) {
    throw new DTypeError(`backward: the gradient is ${gradient.dtype}, the tensor ${root.dtype}; cast it first`);
  }
  const accumulate = (): void => {
    const start = gradient ?? onesLike(root);
    const found = differentiate(root.node, start, (node) => node.gradientSlot !== null);
    for (const [leaf, own] of found) {
      const slot = leaf.gradientSlot;
      if (slot === null) continue;
      slot.gradient = slot.gradient === null ? own.node : add(new Tensor(slot.gradient), own).node;
    }
  };
  atomically(() => withGradMode(options.createGraph === true, accumulate));
  requestOutput(root.node);
}
