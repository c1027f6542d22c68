import { type Node, Tensor, add, concat, matmul, transpose } from "@minima/tensor";
import { joinSlices, type SliceGradient } from "./slices.ts";

/** Fewer products than this are added one by one: joining their factors would copy more than it saves. */
const fewestJoined = 4;

/** Aᵀ·B, with the rows of A and B as the axis that is summed over. */
interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
}

/**
 * What reaches a node from its consumers, added up when the node's turn comes. Two kinds are kept apart until then,
 * because together they are one operation: gradients of slices, which join, and products for a matrix that was used
 * many times (the weights of a recurrent network), which are one product of the joined factors:
 * Σ AᵢᵀBᵢ = [A₁; A₂; …]ᵀ[B₁; B₂; …].
 */
export class Contributions {
  readonly #sums = new Map<Node, Tensor>();
  readonly #slices = new Map<Node, SliceGradient[]>();
  readonly #products = new Map<Node, Product[]>();

  add(node: Node, part: Tensor): void {
    const known = this.#sums.get(node);
    this.#sums.set(node, known === undefined ? part : add(known, part));
  }

  /** The gradient of a slice of `node`. */
  addSlice(node: Node, part: SliceGradient): void {
    append(this.#slices, node, part);
  }

  addProduct(node: Node, a: Tensor, b: Tensor): void {
    append(this.#products, node, { a, b });
  }

  /** The whole gradient of a node, or undefined if nothing reached it. */
  take(node: Node): Tensor | undefined {
    const slices = this.#slices.get(node);
    if (slices !== undefined) for (const part of joinSlices(node.shape, slices)) this.add(node, part);
    const products = this.#products.get(node);
    if (products !== undefined) for (const part of multiply(products)) this.add(node, part);
    const total = this.#sums.get(node);
    for (const map of [this.#sums, this.#slices, this.#products]) map.delete(node);
    return total;
  }
}

function append<T>(map: Map<Node, T[]>, node: Node, item: T): void {
  const list = map.get(node);
  if (list === undefined) map.set(node, [item]);
  else list.push(item);
}

function multiply(products: readonly Product[]): Tensor[] {
  if (products.length < fewestJoined) return products.map(({ a, b }) => matmul(transpose(a), b));
  // In the order of use, which is that of the gradients of a sequence's slices: those are then joined once.
  const inOrder = products.toReversed();
  const a = concat(inOrder.map((product) => product.a));
  const b = concat(inOrder.map((product) => product.b));
  return [matmul(transpose(a), b)];
}
