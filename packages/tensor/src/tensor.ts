import { type Device, checkDevice } from "./backend.ts";
import { type DType, type TypedArray, bytesPerElement } from "./dtype.ts";
import { DTypeError, MinimaError, ShapeError, ValueError } from "./errors.ts";
import { describeTensor } from "./format.ts";
import { createLeaf } from "./graph/create.ts";
import type { Node } from "./graph/node.ts";
import { Storage } from "./graph/storage.ts";
import { evaluate, evaluateAll, readNode, readNodeSync } from "./runtime/evaluate.ts";
import { yieldToEventLoop } from "./runtime/yield.ts";
import { type Shape, formatShape, normalizeIndex, sameShape } from "./shape.ts";

/** Values as nested arrays, a plain value for a scalar. */
export type NestedArray = number | boolean | NestedArray[];

/** What `backward` runs; set by `@minima/autograd`. */
type Differentiator = (root: Tensor, gradient: Tensor | undefined) => void;

let differentiator: Differentiator | null = null;

/** Gives `Tensor.backward` its implementation; called by `@minima/autograd` when it is imported. */
export function setDifferentiator(implementation: Differentiator): void {
  differentiator = implementation;
}

/** What is assigned to `grad`: a tensor like its owner. */
function checkGradient(value: unknown, owner: Tensor): Tensor {
  if (!(value instanceof Tensor)) throw new ValueError(`grad: ${String(value)} is neither a tensor nor null`);
  if (!sameShape(value.shape, owner.shape)) {
    throw new ShapeError(
      `grad: the gradient has shape ${formatShape(value.shape)}, the tensor ${formatShape(owner.shape)}`,
    );
  }
  if (value.dtype !== owner.dtype) {
    throw new DTypeError(`grad: the gradient is ${value.dtype}, the tensor ${owner.dtype}; cast it first`);
  }
  return value;
}

/**
 * An n-dimensional array whose value may still have to be computed: a handle on a node of the graph. Operations append
 * nodes and check shapes at once; work runs when a value is needed.
 */
export class Tensor {
  /** The node this tensor stands for; for a variable, its current version. */
  protected current: Node;

  constructor(node: Node) {
    this.current = node;
  }

  /** The graph node behind this tensor: for packages that build on the graph. */
  get node(): Node {
    return this.current;
  }

  /** Extents of the axes, outermost first. */
  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): DType {
    return this.node.dtype;
  }

  /** Number of elements. */
  get size(): number {
    return this.node.size;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.node.shape.length;
  }

  /** Whether gradients flow back through this tensor. */
  get requiresGrad(): boolean {
    return this.node.requiresGrad;
  }

  /** The gradient that `backward` accumulated into this leaf, or null. */
  get grad(): Tensor | null {
    const gradient = this.node.gradientSlot?.gradient ?? null;
    return gradient === null ? null : new Tensor(gradient);
  }

  set grad(value: Tensor | null) {
    const slot = this.node.gradientSlot;
    if (value === null) {
      if (slot !== null) slot.gradient = null;
      return;
    }
    if (slot === null) throw new ValueError("grad: only leaf tensors made with requiresGrad and variables have one");
    slot.gradient = checkGradient(value, this).node;
  }

  /**
   * The elements in row-major order, as of this call; a copy the caller owns.
   * bool comes as a Uint8Array of 0 and 1, float16 as a Float32Array.
   */
  data(): Promise<TypedArray> {
    return readNode(this.node);
  }

  /** As `data`, without waiting; throws on devices that cannot, such as WebGPU. */
  dataSync(): TypedArray {
    return readNodeSync(this.node);
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ValueError(`item: the tensor has ${this.size} elements (shape ${formatShape(this.shape)}), not one`);
    }
    return (await this.data())[0];
  }

  /** The elements as nested arrays; booleans for bool, a plain value for a scalar. */
  async toArray(): Promise<NestedArray> {
    const data = await this.data();
    const value = (i: number): number | boolean => (this.dtype === "bool" ? data[i] !== 0 : data[i]);
    let next = 0;
    const build = (axis: number): NestedArray =>
      axis === this.ndim ? value(next++) : Array.from({ length: this.shape[axis] }, () => build(axis + 1));
    return build(0);
  }

  /**
   * The element at a full multi-index; negative indices count from the back.
   */
  async at(...index: number[]): Promise<number> {
    if (index.length !== this.ndim) {
      throw new ValueError(`at: ${index.length} indices for shape ${formatShape(this.shape)}; give one an axis`);
    }
    let position = 0;
    index.forEach(
      (i, axis) => (position = position * this.shape[axis] + normalizeIndex(`at: axis ${axis}`, i, this.shape[axis])),
    );
    return (await this.data())[position];
  }

  /**
   * Adds the gradient of this tensor to `grad` of every leaf it depends on that requires gradients.
   *
   * @param gradient - dL/d(this) of the same shape; may be left out for a scalar, where it is 1.
   */
  backward(gradient?: Tensor): void {
    if (differentiator === null) {
      throw new MinimaError('backward: import "@minima/autograd" once, which brings the gradients');
    }
    differentiator(this, gradient);
  }

  /** A copy on another device. */
  async to(device: Device): Promise<Tensor> {
    if (typeof device === "string" && Object.hasOwn(bytesPerElement, device)) {
      throw new ValueError(`to: moves a tensor to another backend; .cast("${String(device)}") gives it another dtype`);
    }
    checkDevice("to", device);
    if (this.node.device === device) return this;
    const storage = new Storage(this.dtype, this.size, await this.data());
    const leaf = createLeaf(this.shape, this.dtype, storage, { requiresGrad: false, device });
    return new Tensor(leaf);
  }

  /** Throws: a tensor has no value that could be had without waiting, so comparing or adding with operators is an error. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new ValueError(
      "a tensor is not a number: use add(a, b), less(a, b), … for arithmetic, and await tensor.item() for its value",
    );
  }

  /** Shape, dtype and, if they lie on the host, values. Never runs work. */
  toString(): string {
    return describeTensor(this.node);
  }

  /** What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Computes tensors now, and the assignments that belong to them, in one program. Without arguments: everything that has been
 * assigned on the backend in use.
 */
export async function run(...tensors: Tensor[]): Promise<void> {
  await (tensors.length === 0 ? evaluateAll() : evaluate(tensors.map((t) => t.node)));
  await yieldToEventLoop();
}
