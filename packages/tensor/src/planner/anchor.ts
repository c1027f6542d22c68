import type { BackendProfile } from "../backend.ts";
import type { Graph } from "../graph/graph.ts";
import { attentionInputs } from "../graph/primitive.ts";
import type { ContiguousOperand, MatrixAccess, Source, Step } from "../kernel/step.ts";
import { stridesOf } from "../shape.ts";
import { type LoopContext, MustMaterialize } from "./loop-builder.ts";
import { foldReshapes, foldViews, matrixAccess } from "./operand.ts";
import { buildPrologue } from "./prologue.ts";

/** Buffers that an anchor binds beside what it reads: its result, and one or two for itself. */
const boundBeside = 3;

/** The step of an anchor. */
export function anchorStep(graph: Graph, position: number, context: LoopContext, profile: BackendProfile): Step {
  const reads = new Set<number>();
  const computed: number[] = [];
  /** A node's buffer; or what computes its elements, if it has none. */
  const source = (node: number): Source => {
    const slot = context.slotOf(node);
    const { dtype } = graph.nodes[node];
    if (slot >= 0) {
      reads.add(node);
      return { slot, dtype };
    }
    const built = buildPrologue(graph, node, context);
    computed.push(node);
    for (const read of built.reads) reads.add(read);
    return { slot, dtype, prologue: built.prologue };
  };
  const step = stepOf(graph, position, context, source);
  const last = computed.pop();
  if (last !== undefined && reads.size + boundBeside > profile.maxSlotsPerStep) throw new MustMaterialize(last);
  return step;
}

function stepOf(graph: Graph, position: number, context: LoopContext, source: (node: number) => Source): Step {
  const node = graph.nodes[position];
  const hasBuffer = (at: number): boolean => context.slotOf(at) >= 0;
  const output: ContiguousOperand = { slot: context.slotOf(position), shape: node.shape, dtype: node.dtype };
  const input = (i: number): ContiguousOperand => {
    const { shape } = graph.nodes[node.inputs[i]];
    return { ...source(foldReshapes(graph, node.inputs[i], hasBuffer)), shape };
  };
  const access = (i: number): MatrixAccess => {
    const folded = foldViews(graph, node.inputs[i], hasBuffer);
    return matrixAccess(folded, source(folded.base));
  };
  switch (node.kind) {
    case "matmul": {
      const [m, n] = node.shape.slice(-2);
      const batch = node.shape.slice(0, -2);
      const k = graph.nodes[node.inputs[0]].shape[batch.length + 1];
      return { kind: "matmul", batch, m, n, k, a: access(0), b: access(1), c: rowMajor(output) };
    }
    case "conv":
      return { kind: "conv", attributes: node.attributes, a: input(0), b: input(1), output };
    case "attention": {
      const { mode } = node.attributes;
      const count = attentionInputs[mode];
      const shapeOf = (i: number) => graph.nodes[node.inputs[i]].shape;
      const [[queries, features], [keys]] = [0, 1].map((i) => shapeOf(i).slice(-2));
      // The third input has the values' features: it is v, or the gradient of the result.
      const values = mode === "logSumExp" ? 0 : (shapeOf(2).at(-1) ?? 0);
      const hasMask = node.inputs.length > count;
      const [rows, columns] = node.shape.slice(-2);
      return {
        kind: "attention",
        attributes: node.attributes,
        batch: node.shape.slice(0, -2),
        queries,
        keys,
        features,
        values,
        inputs: Array.from({ length: count }, (_, i) => access(i)),
        mask: hasMask ? access(count) : null,
        output: rowMajor(output),
        outputShape: [rows, columns],
      };
    }
    case "poolIndex":
      return { kind: "poolIndex", attributes: node.attributes, input: input(0), output };
    case "avgPool":
      return { kind: "avgPool", attributes: node.attributes, input: input(0), output };
    case "argReduce":
      return { kind: "argReduce", reduce: node.attributes.kind, axis: node.attributes.axis, input: input(0), output };
    case "scan":
      return { kind: "scan", attributes: node.attributes, input: input(0), output };
    case "gather":
      return { kind: "gather", axis: node.attributes.axis, input: input(0), index: input(1), output };
    case "scatterAdd":
      return { kind: "scatterAdd", axis: node.attributes.axis, index: input(0), source: input(1), output };
    case "argsort":
      return { kind: "argsort", ...node.attributes, input: input(0), output };
    default:
      throw new Error(`${node.kind} is not an anchor`);
  }
}

/** A contiguous tensor as matrices. */
function rowMajor({ slot, shape, dtype }: ContiguousOperand): MatrixAccess {
  const strides = stridesOf(shape);
  const [rowStride, columnStride] = strides.slice(-2);
  return { slot, dtype, offset: 0, batchStrides: strides.slice(0, -2), rowStride, columnStride };
}
