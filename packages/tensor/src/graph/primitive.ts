import type { DType } from "../dtype.ts";

export type ReduceKind = "sum" | "max" | "min" | "prod";
export type ArgReduceKind = "max" | "min";
export type ScanKind = "sum" | "prod" | "max";

export interface ScanAttributes {
  readonly kind: ScanKind;
  readonly axis: number;
  /** Folds from the last element to the first. */
  readonly reverse: boolean;
}

/** Geometry of windows that slide over the last `window.length` axes. */
export interface PoolAttributes {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  readonly padAfter: readonly number[];
  /** Whether padding counts in the divisor of an average. */
  readonly countPadding: boolean;
}

/**
 * Attention over [..., queries, features], [..., keys, features] and [..., keys, values] with scores
 * s = q kᵀ · `scale`, plus a float mask, or -inf where a bool mask is false, or, if `isCausal`, where the key lies behind the
 * query. The mask, of the scores' shape, is the last input if there is one. By mode, inputs and result:
 *
 * - forward (q, k, v): softmax(s) v; zeros for a query that may look at no key
 * - logSumExp (q, k): l = log Σ exp(s) as [..., queries, 1]; +inf for such a query
 * - queryGradient, keyGradient (q, k, v, g, l, m): with p = exp(s - l) and d = p ⊙ (g vᵀ - m) · `scale`, d k and dᵀ q, where g is
 *   the gradient of the result y, and m = Σ g ⊙ y as [..., queries, 1]
 * - valueGradient (q, k, g, l): pᵀ g
 */
export interface AttentionAttributes {
  readonly mode: "forward" | "logSumExp" | "queryGradient" | "keyGradient" | "valueGradient";
  readonly scale: number;
  readonly isCausal: boolean;
}

/** How many inputs a mode has beside a mask. */
export const attentionInputs: Readonly<Record<AttentionAttributes["mode"], number>> = {
  forward: 3,
  logSumExp: 2,
  queryGradient: 6,
  keyGradient: 6,
  valueGradient: 4,
};

export interface ConvAttributes {
  /** Which of the three products of a convolution this is; the two others are its gradients. */
  readonly mode: "forward" | "inputGradient" | "filterGradient";
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  readonly padAfter: readonly number[];
  readonly groups: number;
}

/**
 * The primitives and their attributes: all that a backend needs to train every network. Each has one output, and the
 * set is closed under differentiation. `null` means that inputs, shape and dtype say everything.
 *
 * Shapes: unary and binary take operands of one shape and dtype (broadcasting and promotion are explicit nodes).
 */
export interface PrimitiveAttributes {
  // element-wise, one operand
  neg: null;
  floor: null;
  exp: null;
  log: null;
  sqrt: null;
  sin: null;
  cos: null;
  tanh: null;
  atan: null;
  erf: null;
  /** Same value in another dtype, that of the node. */
  cast: null;
  // element-wise, two operands
  add: null;
  sub: null;
  mul: null;
  div: null;
  pow: null;
  /** Remainder with the sign of the divisor. */
  mod: null;
  max: null;
  min: null;
  less: null;
  equal: null;
  /** condition (bool), value if true, value if false. */
  where: null;
  // views
  reshape: null;
  permute: { readonly axes: readonly number[] };
  /** Axes of extent 1 repeat to the extent of the node's shape; ranks are equal. */
  broadcast: null;
  /** Element i of an axis is element start + step · i of the input; a negative step flips. */
  slice: { readonly starts: readonly number[]; readonly steps: readonly number[] };
  /** Zeros (false) around the input. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concat: { readonly axis: number };
  // reductions
  /** Folds `axes` (ascending) and drops them. */
  reduce: { readonly kind: ReduceKind; readonly axes: readonly number[] };
  /** int32 index of the first extreme element; the axis is dropped. */
  argReduce: { readonly kind: ArgReduceKind; readonly axis: number };
  scan: ScanAttributes;
  // indexing
  /**
   * inputs: values, int32 index of the node's shape, which equals that of values but for the axis (not of extent 0). Outside of
   * the axis it gives NaN for floats, else 0.
   */
  gather: { readonly axis: number };
  /** inputs: int32 index, source of the same shape; adds into zeros of the node's shape; leaves out what lies outside. */
  scatterAdd: { readonly axis: number };
  /** int32 permutation that sorts the axis; stable. */
  argsort: { readonly axis: number; readonly descending: boolean };
  // sources
  /** One number everywhere; the number is a slot of the program, not part of its structure. */
  fill: null;
  /** 0, 1, 2, … along the only axis. */
  iota: null;
  /** uint32 words from the generator state in the input (key0, key1, counter, counter high). */
  randomBits: null;
  // anchors
  /** [..., m, k] by [..., k, n], equal batch axes. */
  matmul: null;
  conv: ConvAttributes;
  /** Only on devices whose profile has it: elsewhere attention is composed of the others. */
  attention: AttentionAttributes;
  /** int32 index, within the flattened window axes of the input, of each window's first maximum. */
  poolIndex: PoolAttributes;
  avgPool: PoolAttributes & { readonly mode: "forward" | "inputGradient" };
}

export type Primitive = keyof PrimitiveAttributes;

/** What a node does: a primitive, or a leaf, whose value was given. */
export type NodeKind = Primitive | "leaf";

/** Attributes of a node of kind K. */
export type AttributesOf<K extends NodeKind> = K extends Primitive ? PrimitiveAttributes[K] : null;

export const unaryPrimitives = ["neg", "floor", "exp", "log", "sqrt", "sin", "cos", "tanh", "atan", "erf"] as const;
export const binaryPrimitives = ["add", "sub", "mul", "div", "pow", "mod", "max", "min", "less", "equal"] as const;
export const viewPrimitives = ["reshape", "permute", "broadcast", "slice"] as const;

export type UnaryPrimitive = (typeof unaryPrimitives)[number];
export type BinaryPrimitive = (typeof binaryPrimitives)[number];

/** dtype a reduction accumulates and returns: integers and booleans sum as int32. */
export function reducedDType(kind: ReduceKind, dtype: DType): DType {
  if (kind === "max" || kind === "min") return dtype;
  return dtype === "uint8" || dtype === "bool" ? "int32" : dtype;
}
