import type { Graph, GraphNode, GraphNodeOf } from "../graph/graph.ts";
import { operandsOf } from "../kernel/instruction.ts";
import { dependsOnOrder } from "../kernel/reduction.ts";
import type { Affine, Instruction, LoopStep, Phase, Reduction } from "../kernel/step.ts";
import { sameShape } from "../shape.ts";
import { type Index, constant, delinearize, linearize, range, scale, variable } from "./affine.ts";
import { indexBelow } from "./index-below.ts";
import { collapseLoops } from "./collapse.ts";
import { type FoldOrder, foldOrder, sameOrder } from "./fold-order.ts";
import { wordsOf } from "./instruction-words.ts";
import { Interner } from "./interner.ts";
import type { Place, Places } from "./places.ts";

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
  /** What the kernels of the graph have in common. */
  readonly places: Places;
  /** The slot of a node that has a buffer, which until memory is assigned is its position; or -1. */
  slotOf(node: number): number;
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
  /** Numbers instructions as they stand in the list. */
  readonly #known = new Interner();
  /** The instruction that has the value of a node at a place. */
  readonly #values = new Map<number, number>();
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

  storeAll(roots: readonly Root[]): this {
    for (const root of roots) this.store(root);
    return this;
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
    const place = this.#at(index, -1);
    const key = this.#key(node, place);
    let value = this.#values.get(key);
    if (value === undefined) {
      value = node === into ? this.#compute(node, place) : this.#value(node, place);
      this.#values.set(key, value);
    }
    const target = index.map((at, axis) => scale(at, 1, offset[axis] ?? 0));
    const access = linearize(target, this.#node(into).shape, loops);
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

  #at(index: Index, guard: number): Place {
    return this.#context.places.at(index, guard, this.#extents.length);
  }

  #key(node: number, { id }: Place): number {
    return id * this.#context.graph.nodes.length + node;
  }

  /** The value of a node at a place: loaded if it has a buffer, else computed here. */
  #value(node: number, place: Place): number {
    const key = this.#key(node, place);
    let value = this.#values.get(key);
    if (value === undefined) {
      const slot = this.#context.slotOf(node);
      value = slot >= 0 ? this.#load(node, slot, this.#linear(node, place), place.guard) : this.#compute(node, place);
      this.#values.set(key, value);
    }
    return value;
  }

  /** The position of a place in a node's buffer. */
  #linear(node: number, { index }: Place): Affine {
    return linearize(index, this.#node(node).shape, this.#extents.length);
  }

  #load(node: number, slot: number, at: Affine, guard: number): number {
    this.reads.add(node);
    const { dtype } = this.#node(node);
    return this.#emit({ op: "load", slot, dtype, ...at, ...(guard >= 0 ? { guard } : {}) });
  }

  #compute(position: number, place: Place): number {
    const node = this.#node(position);
    const { dtype } = node;
    const { index, guard } = place;
    const loops = this.#extents.length;
    switch (node.kind) {
      case "fill":
        return this.#emit({ op: "scalar", index: position, dtype });
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
        return this.#emit({ op: node.kind, dtype, a: this.#operand(node, 0, place) });
      case "cast":
        return this.#emit({ op: "cast", dtype, a: this.#operand(node, 0, place) });
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
        return this.#emit({ op: node.kind, dtype, a: this.#operand(node, 0, place), b: this.#operand(node, 1, place) });
      case "where":
        return this.#emit({
          op: "where",
          dtype,
          a: this.#operand(node, 0, place),
          b: this.#operand(node, 1, place),
          c: this.#operand(node, 2, place),
        });
      case "reshape":
        return this.#reshaped(position, this.#linear(position, place), place);
      case "permute":
      case "broadcast":
      case "slice":
        return this.#value(
          node.inputs[0],
          this.#at(indexBelow(node, this.#node(node.inputs[0]).shape, index, loops), guard),
        );
      case "pad":
        return this.#padded(node, place);
      case "concat":
        return this.#concatenated(node.inputs, node.attributes.axis, place);
      case "randomBits":
        return this.#randomBits(node.inputs[0], this.#linear(position, place), guard);
      case "reduce":
        return this.#reduced(position, node, index);
      default:
        throw new MustMaterialize(position); // anchors and leaves
    }
  }

  #operand({ inputs }: GraphNode, i: number, place: Place): number {
    return this.#value(inputs[i], place);
  }

  #padded({ inputs, attributes, dtype }: GraphNodeOf<"pad">, { index, guard }: Place): number {
    const shifted = index.map((at, axis) => scale(at, 1, -attributes.before[axis]));
    return this.#within(inputs[0], shifted, guard, () => this.#emit({ op: "constant", value: 0, dtype }));
  }

  /** The element at a position, whose place in the reshaped tensor is known only there. */
  #reshaped(position: number, linear: Affine, place: Place, isPlaceKnown = true): number {
    const { guard } = place;
    const input = this.#node(position).inputs[0];
    const { kind, shape } = this.#node(input);
    if (isPlaceKnown && sameShape(shape, this.#node(position).shape)) return this.#value(input, place);
    const slot = this.#context.slotOf(input);
    if (slot < 0 && kind === "reshape") return this.#reshaped(input, linear, place, false);
    const source = delinearize(linear, shape, this.#extents);
    if (source !== null) return this.#value(input, this.#at(source, guard)); // which this kernel may have computed
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
    if (bounds.length === 0) return this.#value(input, this.#at(index, guard));
    const inside = this.#emit({ op: "inside", dtype: "bool", bounds });
    const both = guard < 0 ? inside : this.#emit({ op: "min", dtype: "bool", a: guard, b: inside });
    const value = this.#value(input, this.#at(index, both));
    return this.#emit({ op: "where", dtype, a: inside, b: value, c: otherwise() });
  }

  #concatenated(inputs: readonly number[], axis: number, { index, guard }: Place): number {
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
    const word = (i: number): number => this.#value(state, this.#at([constant(i, loops)], guard));
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
    const value = this.#value(node.inputs[0], this.#at(source, -1));
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
    const position = this.#known.numberOf(wordsOf(instruction));
    if (position === this.#instructions.length) {
      this.#instructions.push(instruction);
      this.#depth.push(this.#depthOf(instruction));
    }
    return position;
  }

  #depthOf(instruction: Instruction): number {
    if (instruction.op === "reduced") return this.#reductions[instruction.id].depth;
    return operandsOf(instruction).reduce((depth, operand) => Math.max(depth, this.#depth[operand]), 0);
  }
}
