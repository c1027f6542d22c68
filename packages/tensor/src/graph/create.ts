import type { Device } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { isGradEnabled } from "./mode.ts";
import { type CustomGradient, type GradientSlot, type LeafOptions, type Node, NodeOf } from "./node.ts";
import { addPending } from "./pending.ts";
import type { AttributesOf, NodeKind } from "./primitive.ts";
import type { Storage, VariableIdentity } from "./storage.ts";

const interior: LeafOptions = { requiresGrad: false, device: null };

/** Appends a primitive to the graph. Shapes and dtypes have been checked by the operation. */
export function createNode<K extends Exclude<NodeKind, "leaf">>(
  kind: K,
  inputs: readonly Node[],
  shape: Shape,
  dtype: DType,
  attributes: AttributesOf<K>,
): Node {
  // A union member for each K; TypeScript cannot follow the correlation through the constructor.
  const node = new NodeOf(kind, inputs, shape, dtype, attributes, interior) as Node;
  if (inputs.length > 0) addPending(node); // sources cost nothing while nobody reads them
  return node;
}

/** A leaf with a given value, or (storage null) one whose value is supplied later. */
export function createLeaf(shape: Shape, dtype: DType, storage: Storage | null, options: LeafOptions): Node {
  const node = new NodeOf("leaf", [], shape, dtype, null, options);
  node.storage = storage;
  return node;
}

/**
 * A node with the value of another through which no gradient flows; with a slot, gradients are collected there. It is
 * in use as a version of a variable, and as `detach`.
 */
export function createDetached(
  value: Node,
  options: { gradientSlot: GradientSlot | null; variable?: VariableIdentity; device?: Device | null },
): Node {
  const own = { requiresGrad: false, detached: true, ...options, device: options.device ?? null };
  const node = new NodeOf("reshape", [value], value.shape, value.dtype, null, own) as Node;
  if (value.storage !== null) {
    node.storage = value.storage;
    node.dropInputs();
  } else {
    addPending(node);
  }
  return node;
}

/** A node with the value of another at which a walk for gradients can end; gradients flow on through it. */
export function createSource(value: Node): Node {
  const own = { requiresGrad: true, device: null };
  const node = new NodeOf("reshape", [value], value.shape, value.dtype, null, own) as Node;
  node.storage = value.storage;
  return node;
}

/**
 * A node with the value of another and a gradient rule of its own, which replaces the derivative of the nodes that
 * made the value. Composites use it where the derivative of the decomposition would be slower or less stable.
 */
export function createCustom(value: Node, custom: CustomGradient): Node {
  const requiresGrad = isGradEnabled() && custom.inputs.some((input) => input.requiresGrad);
  if (!requiresGrad) return value;
  const own = { requiresGrad, device: null, custom };
  const node = new NodeOf("reshape", [value], value.shape, value.dtype, null, own) as Node;
  if (value.storage !== null) node.storage = value.storage;
  else addPending(node);
  return node;
}
