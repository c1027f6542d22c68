import type { DType } from "../dtype.ts";
import type {
  ArgReduceKind, AttentionAttributes, ConvAttributes, PoolAttributes, ReduceKind, ScanAttributes,
} from "../graph/primitive.ts"; // prettier-ignore

/**
 * What a backend compiles. The planner turns a graph into a list of steps, executed in order; each reads and writes
 * *slots*, numbered places that the executor binds to buffers at submit time. Steps are plain data, hold no tensor and
 * no value of one, and are the same for every backend.
 *
 * There are two families. A `LoopStep` is any fusion of element-wise work and reductions with all view arithmetic
 * folded into its accesses. The others are anchors: operations that want an algorithm of their own.
 */
export type Step =
  | LoopStep
  | MatmulStep
  | ConvStep
  | AttentionStep
  | PoolIndexStep
  | MaxPoolStep
  | AveragePoolStep
  | ArgReduceStep
  | ScanStep
  | GatherStep
  | ScatterAddStep
  | ArgsortStep;

/** An affine function of the loop variables: `offset + Σ strides[l] · loop[l]`. */
export interface Affine {
  readonly offset: number;
  /** One coefficient a loop: first the outer loops, then the inner ones. */
  readonly strides: readonly number[];
}

/** One element of a slot for each point of the iteration, counted in elements of its dtype. */
export interface Access extends Affine {
  readonly slot: number;
  readonly dtype: DType;
}

/**
 * A fused kernel.
 *
 * ```
 * for each point of the outer loops              (independent of one another: may run in any order, on any thread)
 *   for each phase, in order
 *     for each point of the inner loops          (once, if the phase is not `inner`)
 *       evaluate the instructions the phase needs
 *       fold reductions, write stores
 * ```
 *
 * Element-wise kernels have no inner loops and one phase. A sum has one inner phase with a reduction and one outer
 * phase that stores its result. Softmax has inner phases for maximum and sum, and one that stores each element.
 *
 * Instructions are in SSA form: an instruction refers to earlier ones by index. A value is *inner* if it depends on an
 * inner loop variable, else *outer*. A phase recomputes the inner values it needs; outer values live across phases.
 * The order in which a reduction folds is fixed by `inner` and `foldsRows` alone: not by what else is in the step, or where
 * it reads from, and never by the number of threads.
 */
export interface LoopStep {
  readonly kind: "loop";
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  /** Whether the inner loops end with the last axis of what is folded, along which elements mostly lie side by side. */
  readonly foldsRows?: boolean;
  readonly instructions: readonly Instruction[];
  readonly phases: readonly Phase[];
}

export interface Phase {
  /** Whether the phase runs over the inner loops, or once for each outer point. */
  readonly inner: boolean;
  /** Folds over the inner loops; each defines the value of the `reduced` instruction that names it. */
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
}

export interface Reduction {
  /** Identity of the reduction in this step, named by a `reduced` instruction. */
  readonly id: number;
  readonly kind: ReduceKind;
  /** Index of the (inner) instruction that is folded. */
  readonly value: number;
  /** Never float16: sums of it are made in float32. */
  readonly dtype: DType;
}

export interface Store extends Access {
  /** Index of the instruction whose value is written. */
  readonly value: number;
}

/** Unary instructions; `not` is logical. */
export type UnaryInstruction =
  | "neg" | "floor" | "exp" | "log" | "sqrt" | "sin" | "cos" | "tanh" | "atan" | "erf"; // prettier-ignore

/** Binary instructions. On bool, max is "or", min is "and"; comparisons give bool. Integer div truncates, mod floors. */
export type BinaryInstruction = "add" | "sub" | "mul" | "div" | "pow" | "mod" | "max" | "min" | "less" | "equal";

export type Instruction =
  /** The element the access names. With a guard, 0 where the guard is false, and the element is then not touched. */
  | ({ readonly op: "load"; readonly guard?: number } & Access)
  /** Entry `index` of the program's scalar block, of which float32 and int32 are read by their bits. */
  | { readonly op: "scalar"; readonly index: number; readonly dtype: DType }
  | { readonly op: "constant"; readonly value: number; readonly dtype: DType }
  /** The value of an affine function of the loop variables. */
  | ({ readonly op: "index"; readonly dtype: "int32" } & Affine)
  /** Whether `0 <= affine < extent` for every bound. */
  | {
      readonly op: "inside";
      readonly dtype: "bool";
      readonly bounds: readonly (Affine & { readonly extent: number })[];
    }
  | { readonly op: UnaryInstruction; readonly dtype: DType; readonly a: number }
  | { readonly op: BinaryInstruction; readonly dtype: DType; readonly a: number; readonly b: number }
  /** a ? b : c, with a of dtype bool. */
  | { readonly op: "where"; readonly dtype: DType; readonly a: number; readonly b: number; readonly c: number }
  /** Value of `a` in another dtype: float to integer truncates and saturates, anything to bool tests for non-zero. */
  | { readonly op: "cast"; readonly dtype: DType; readonly a: number }
  /**
   * One word of random bits: Threefry-2x32 with 13 rounds, key (`key0`, `key1`), counter (`counter` + `index`, `high`),
   * first word of the result. All operands are uint32 (index int32); additions wrap.
   */
  | {
      readonly op: "randomBits";
      readonly dtype: "uint32";
      readonly key0: number;
      readonly key1: number;
      readonly counter: number;
      readonly high: number;
      readonly index: number;
    }
  /** The result of the reduction with this id. */
  | { readonly op: "reduced"; readonly id: number; readonly dtype: DType };

/** What an anchor reads. */
export interface Source {
  /** -1 where there is a prologue: what it computes is in no buffer. */
  readonly slot: number;
  readonly dtype: DType;
  readonly prologue?: Prologue;
}

/**
 * An element-wise kernel that computes the elements of an operand where the anchor reads them. It runs over the buffer that
 * there is not: at the point of the outer loops that has the number p, it stores element p, to slot -1. Backends get
 * prologues for the operands alone that their profile names.
 */
export type Prologue = LoopStep;

/** A matrix inside a slot, for each point of the batch loops. */
export interface MatrixAccess extends Source {
  readonly offset: number;
  readonly batchStrides: readonly number[];
  readonly rowStride: number;
  readonly columnStride: number;
}

/** `c[b, i, j] = Σ_k a[b, i, k] · b[b, k, j]`, all of one float dtype, accumulated in float32. */
export interface MatmulStep {
  readonly kind: "matmul";
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: MatrixAccess;
  readonly b: MatrixAccess;
  /** Written; column stride 1. Elsewhere it may be a part of a larger tensor, or have its axes in another order. */
  readonly c: MatrixAccess;
  readonly epilogue?: Epilogue;
}

/**
 * An element-wise kernel that runs on the output of an anchor once it is computed, in place: it loads and stores each
 * element of the anchor's output slot at the same position, and may read other slots. It may store to other slots as
 * well, at the same position and of the same dtype. Its outermost loop runs over whole slices of the output's first axis (its
 * extent is a multiple of that axis'), so that it can follow the anchor slice by slice.
 */
export type Epilogue = LoopStep;

/** See `AttentionAttributes`. */
export interface AttentionStep {
  readonly kind: "attention";
  readonly attributes: AttentionAttributes;
  readonly batch: readonly number[];
  readonly queries: number;
  readonly keys: number;
  /** Features of queries and keys, and of values (0 where the mode has none of these). */
  readonly features: number;
  readonly values: number;
  /** The inputs, without the mask. */
  readonly inputs: readonly MatrixAccess[];
  readonly mask: MatrixAccess | null;
  /** Written, as a matrix of `outputShape` for each point of the batch; column stride 1. */
  readonly output: MatrixAccess;
  readonly outputShape: readonly [rows: number, columns: number];
}

/** The slots of the steps below hold contiguous row-major tensors. */
export interface ContiguousOperand extends Source {
  readonly shape: readonly number[];
}

export interface ConvStep {
  readonly kind: "conv";
  readonly attributes: ConvAttributes;
  readonly a: ContiguousOperand;
  readonly b: ContiguousOperand;
  readonly output: ContiguousOperand;
  readonly epilogue?: Epilogue;
}

export interface PoolIndexStep {
  readonly kind: "poolIndex";
  readonly attributes: PoolAttributes;
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}

/** The maximum of each window: NaN if the window has one. */
export interface MaxPoolStep {
  readonly kind: "maxPool";
  readonly attributes: PoolAttributes;
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}

export interface AveragePoolStep {
  readonly kind: "avgPool";
  readonly attributes: PoolAttributes & { readonly mode: "forward" | "inputGradient" };
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}

/** Index of the first extreme element along an axis; the input is seen as [outer, length, inner]. */
export interface ArgReduceStep {
  readonly kind: "argReduce";
  readonly reduce: ArgReduceKind;
  readonly axis: number;
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}

export interface ScanStep {
  readonly kind: "scan";
  readonly attributes: ScanAttributes;
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}

/** `output[…, i, …] = input[…, index[…, i, …], …]` along `axis`; outside of it NaN for floats, else 0. */
export interface GatherStep {
  readonly kind: "gather";
  readonly axis: number;
  readonly input: ContiguousOperand;
  readonly index: ContiguousOperand;
  readonly output: ContiguousOperand;
}

/** `output = 0; output[…, index[…, i, …], …] += source[…, i, …]` along `axis`, added in ascending order of i. */
export interface ScatterAddStep {
  readonly kind: "scatterAdd";
  readonly axis: number;
  readonly index: ContiguousOperand;
  readonly source: ContiguousOperand;
  readonly output: ContiguousOperand;
}

/** Stable order along an axis; NaN counts as larger than all numbers. */
export interface ArgsortStep {
  readonly kind: "argsort";
  readonly axis: number;
  readonly descending: boolean;
  readonly input: ContiguousOperand;
  readonly output: ContiguousOperand;
}
