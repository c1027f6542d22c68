import type { Graph, GraphNode } from "../graph/graph.ts";
import { operandsOf } from "../kernel/instruction.ts";
import { dependsOnOrder } from "../kernel/reduction.ts";
import type { Affine, Instruction, LoopStep, Phase, Reduction } from "../kernel/step.ts";
import { sameShape } from "../shape.ts";
import { type Index, constant, delinearize, indexKey, linearize, range, scale, variable } from "./affine.ts";
import { collapseLoops } from "./collapse.ts";
import { type FoldOrder, foldOrder, sameOrder } from "./fold-order.ts";

/** Thrown when a value cannot be computed inside the kernel that wants it; the node must then have its own buffer. */
export class MustMaterialize extends Error {
  readonly node: number;

  constructor(node: number) {
    super(`node ${node} needs a buffer of its own`);
    this.node = node;
  }
}

/** What the builder must know of the rest of the plan. */
export interface LoopContext {
  readonly graph: Graph;
  /** The slot of a node that has a buffer, or -1. */
  slotOf(node: number): number;
  /** The place of a `fill` node's number in the scalar block. */
  scalarOf(node: number): number;
}

/** Loops of a kernel: over the outer extents but those of 1, and for reductions and rows over the inner ones. */
export interface LoopShape {
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  /** How the inner loops fold; null where there are none. */
  readonly order: FoldOrder | null;
}

/** What a kernel stores, and where. */
export interface Root {
  readonly node: number;
  /** The node whose buffer it goes to: itself, or a join of which it is a part. */
  readonly into: number;
  /** Axes of the node that the inner loops run over; empty when it has one element an outer point. */
  readonly axes: readonly number[];
  /** Where the node begins in the buffer, on each axis; nothing means at 0. */
  readonly offset: readonly number[];
}

type ReduceNode = Extract<GraphNode, { kind: "reduce" }>;

/**
 * Builds one loop step: starting from the nodes to store, it descends into the graph and composes view arithmetic
 * into index maps until it meets nodes that have buffers.
 */
export class LoopBuilder {
  readonly #context: LoopContext;
  readonly #shape: LoopShape;
  readonly #extents: readonly number[];
  readonly #instructions: Instruction[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #values = new Map<string, number>();
  readonly #reductions: (Reduction & { readonly depth: number })[] = [];
  /** How many reductions must have been folded one after the other before an instruction can be evaluated. */
  readonly #depth: number[] = [];
  readonly #stores: (Phase["stores"][number] & { readonly inner: boolean })[] = [];
  /** Reductions of which the order matters. */
  readonly #sums: number[] = [];
  /** The nodes with buffers that the kernel reads. */
  readonly reads = new Set<number>();

  constructor(context: LoopContext, shape: LoopShape) {
    this.#context = context;
    this.#shape = shape;
    this.#extents = [...shape.outer, ...shape.inner];
  }

  /** Computes a node at every loop point and stores it. */
  store({ node, into, axes, offset }: Root): void {
    const { shape, dtype } = this.#node(node);
    let outer = 0;
    const loops = this.#extents.length;
    const index = shape.map((extent, axis) => {
      if (axes.includes(axis)) return variable(this.#shape.outer.length + axes.indexOf(axis), loops);
      return extent === 1 ? constant(0, loops) : variable(outer++, loops);
    });
    const key = valueKey(node, index, -1);
    let value = this.#values.get(key);
    if (value === undefined) {
      value = node === into ? this.#compute(node, index, -1) : this.#value(node, index, -1);
      this.#values.set(key, value);
    }
    const place = index.map((at, axis) => scale(at, 1, offset[axis] ?? 0));
    const access = linearize(place, this.#node(into).shape, loops);
    this.#stores.push({ slot: this.#context.slotOf(into), dtype, ...access, value, inner: axes.length > 0 });
  }

  /** How many instructions the kernel has. */
  get size(): number {
    return this.#instructions.length;
  }

  /** The finished step, with adjacent loops merged where all accesses allow it. */
  build(): LoopStep {
    const depth = Math.max(0, ...this.#reductions.map((reduction) => reduction.depth));
    const phases: Phase[] = [];
    for (let d = 1; d <= depth; d++) {
      const reductions = this.#reductions
        .filter((reduction) => reduction.depth === d)
        .map(({ depth: _, ...rest }) => rest);
      phases.push({ inner: true, reductions, stores: [] });
    }
    for (const inner of [false, true]) {
      const stores = this.#stores.filter((store) => store.inner === inner).map(({ inner: _, ...rest }) => rest);
      if (stores.length > 0) phases.push({ inner, reductions: [], stores });
    }
    const { outer, inner, order } = this.#shape;
    const foldsRows = order !== null && order.isAlongRows && depth > 0 ? { foldsRows: true } : {};
    return collapseLoops(
      { kind: "loop", outer, inner, ...foldsRows, instructions: this.#instructions, phases },
      (a, b) => order?.groups[a] === order?.groups[b],
    );
  }

  /**
   * Whether sums are folded in the order that their shapes ask for: not if axes side by side stay loops of their own, because
   * something in the kernel steps through them unevenly.
   */
  get foldsInOrder(): boolean {
    const { inner, order } = this.#shape;
    if (this.#sums.length === 0 || order === null || order.extents.length === inner.length) return true;
    return sameShape(
      this.build().inner,
      order.extents.filter((extent) => extent !== 1),
    );
  }

  /** What needs a buffer so that they are: the first sum, or what it folds. */
  get unordered(): number {
    const [sum] = this.#sums;
    return this.#context.slotOf(sum) < 0 ? sum : this.#node(sum).inputs[0];
  }

  #node(node: number): GraphNode {
    return this.#context.graph.nodes[node];
  }

  /** The value of a node at an index: loaded if it has a buffer, else computed here. */
  #value(node: number, index: Index, guard: number): number {
    const key = valueKey(node, index, guard);
    let value = this.#values.get(key);
    if (value === undefined) {
      const slot = this.#context.slotOf(node);
      const at = linearize(index, this.#node(node).shape, this.#extents.length);
      value = slot >= 0 ? this.#load(node, slot, at, guard) : this.#compute(node, index, guard);
      this.#values.set(key, value);
    }
    return value;
  }

  #load(node: number, slot: number, at: Affine, guard: number): number {
    this.reads.add(node);
    const { dtype } = this.#node(node);
    return this.#emit({ op: "load", slot, dtype, ...at, ...(guard >= 0 ? { guard } : {}) });
  }

  #compute(position: number, index: Index, guard: number): number {
    const node = this.#node(position);
    const { dtype } = node;
    const loops = this.#extents.length;
    const operand = (i: number): number => this.#value(node.inputs[i], index, guard);
    switch (node.kind) {
      case "fill":
        return this.#emit({ op: "scalar", index: this.#context.scalarOf(position), dtype });
      case "iota":
        return this.#emit({ op: "index", dtype: "int32", ...index[0] });
      case "neg":
      case "floor":
      case "exp":
      case "log":
      case "sqrt":
      case "sin":
      case "cos":
      case "tanh":
      case "atan":
      case "erf":
        return this.#emit({ op: node.kind, dtype, a: operand(0) });
      case "cast":
        return this.#emit({ op: "cast", dtype, a: operand(0) });
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "pow":
      case "mod":
      case "max":
      case "min":
      case "less":
      case "equal":
        return this.#emit({ op: node.kind, dtype, a: operand(0), b: operand(1) });
      case "where":
        return this.#emit({ op: "where", dtype, a: operand(0), b: operand(1), c: operand(2) });
      case "reshape":
        return this.#reshaped(position, linearize(index, node.shape, loops), index, guard);
      case "permute": {
        const source: Affine[] = [];
        node.attributes.axes.forEach((axis, i) => (source[axis] = index[i]));
        return this.#value(node.inputs[0], source, guard);
      }
      case "broadcast": {
        const { shape } = this.#node(node.inputs[0]);
        return this.#value(
          node.inputs[0],
          shape.map((extent, axis) => (extent === 1 ? constant(0, loops) : index[axis])),
          guard,
        );
      }
      case "slice": {
        const { starts, steps } = node.attributes;
        return this.#value(
          node.inputs[0],
          index.map((at, axis) => scale(at, steps[axis], starts[axis])),
          guard,
        );
      }
      case "pad": {
        const shifted = index.map((at, axis) => scale(at, 1, -node.attributes.before[axis]));
        return this.#within(node.inputs[0], shifted, guard, () => this.#emit({ op: "constant", value: 0, dtype }));
      }
      case "concat":
        return this.#concatenated(node.inputs, node.attributes.axis, index, guard);
      case "randomBits":
        return this.#randomBits(node.inputs[0], linearize(index, node.shape, loops), guard);
      case "reduce":
        return this.#reduced(position, node, index);
      default:
        throw new MustMaterialize(position); // anchors and leaves
    }
  }

  #reshaped(position: number, linear: Affine, index: Index | null, guard: number): number {
    const [input] = this.#node(position).inputs;
    const { kind, shape } = this.#node(input);
    if (index !== null && sameShape(shape, this.#node(position).shape)) return this.#value(input, index, guard);
    const slot = this.#context.slotOf(input);
    if (slot < 0 && kind === "reshape") return this.#reshaped(input, linear, null, guard);
    const source = delinearize(linear, shape, this.#extents);
    if (source !== null) return this.#value(input, source, guard); // which this kernel may have computed
    if (slot < 0) throw new MustMaterialize(input);
    return this.#load(input, slot, linear, guard);
  }

  /** The input where the index lies inside of it, else another value. */
  #within(input: number, index: Index, guard: number, otherwise: () => number): number {
    const { shape, dtype } = this.#node(input);
    const ranged = index.map((at, axis) => ({
      bound: { ...at, extent: shape[axis] },
      range: range(at, this.#extents),
    }));
    if (ranged.some(({ bound, range: [low, high] }) => high < 0 || low >= bound.extent)) return otherwise();
    const bounds = ranged
      .filter(({ bound, range: [low, high] }) => low < 0 || high >= bound.extent)
      .map(({ bound }) => bound);
    if (bounds.length === 0) return this.#value(input, index, guard);
    const inside = this.#emit({ op: "inside", dtype: "bool", bounds });
    const both = guard < 0 ? inside : this.#emit({ op: "min", dtype: "bool", a: guard, b: inside });
    const value = this.#value(input, index, both);
    return this.#emit({ op: "where", dtype, a: inside, b: value, c: otherwise() });
  }

  #concatenated(inputs: readonly number[], axis: number, index: Index, guard: number): number {
    let start = 0;
    const starts = inputs.map((input) => {
      const own = start;
      start += this.#node(input).shape[axis];
      return own;
    });
    const from = (part: number): number => {
      const shifted = index.map((at, k) => (k === axis ? scale(at, 1, -starts[part]) : at));
      const zero = (): number => this.#emit({ op: "constant", value: 0, dtype: this.#node(inputs[part]).dtype });
      return this.#within(inputs[part], shifted, guard, part + 1 < inputs.length ? () => from(part + 1) : zero);
    };
    return from(0);
  }

  #randomBits(state: number, position: Affine, guard: number): number {
    const loops = this.#extents.length;
    const word = (i: number): number => this.#value(state, [constant(i, loops)], guard);
    const index = this.#emit({ op: "index", dtype: "int32", ...position });
    const [key0, key1, counter, high] = [word(0), word(1), word(2), word(3)];
    return this.#emit({ op: "randomBits", dtype: "uint32", key0, key1, counter, high, index });
  }

  /** Folds over the inner loops, if each outer point is one element of the result. */
  #reduced(position: number, node: ReduceNode, index: Index): number {
    const { axes, kind } = node.attributes;
    const { shape } = this.#node(node.inputs[0]);
    const { outer, inner, order } = this.#shape;
    if (
      !sameShape(
        axes.map((axis) => shape[axis]),
        inner,
      ) ||
      !this.#coversOuter(index, node.shape)
    ) {
      throw new MustMaterialize(position);
    }
    if (dependsOnOrder({ kind, dtype: node.dtype })) {
      if (!sameOrder(foldOrder(shape, axes), order)) throw new MustMaterialize(position);
      this.#sums.push(position);
    }
    const loops = this.#extents.length;
    let kept = 0;
    const source = shape.map((_, axis) =>
      axes.includes(axis) ? variable(outer.length + axes.indexOf(axis), loops) : index[kept++],
    );
    const value = this.#value(node.inputs[0], source, -1);
    const known = this.#reductions.find((r) => r.value === value && r.kind === kind);
    const id = known?.id ?? this.#reductions.length;
    if (known === undefined) {
      this.#reductions.push({ id, kind, value, dtype: node.dtype, depth: this.#depth[value] + 1 });
    }
    return this.#emit({ op: "reduced", id, dtype: node.dtype });
  }

  /** Whether an index walks each element of a tensor exactly once as the outer loops run. */
  #coversOuter(index: Index, shape: readonly number[]): boolean {
    const used = new Set<number>();
    for (let axis = 0; axis < index.length; axis++) {
      if (shape[axis] === 1) continue;
      const loop = index[axis].strides.findIndex((stride) => stride !== 0);
      const single = index[axis].strides.every((stride, l) => (l === loop ? stride === 1 : stride === 0));
      if (loop < 0 || !single || index[axis].offset !== 0 || loop >= this.#shape.outer.length || used.has(loop))
        return false;
      if (this.#extents[loop] !== shape[axis]) return false;
      used.add(loop);
    }
    return this.#shape.outer.every((extent, loop) => extent === 1 || used.has(loop));
  }

  /** Appends an instruction, or finds an equal one. */
  #emit(instruction: Instruction): number {
    const key = JSON.stringify(instruction);
    let position = this.#byKey.get(key);
    if (position === undefined) {
      position = this.#instructions.length;
      this.#instructions.push(instruction);
      this.#byKey.set(key, position);
      this.#depth.push(this.#depthOf(instruction));
    }
    return position;
  }

  #depthOf(instruction: Instruction): number {
    if (instruction.op === "reduced") return this.#reductions[instruction.id].depth;
    return Math.max(0, ...operandsOf(instruction).map((operand) => this.#depth[operand]));
  }
}

function valueKey(node: number, index: Index, guard: number): string {
  return `${node}@${guard}:${indexKey(index)}`;
}
