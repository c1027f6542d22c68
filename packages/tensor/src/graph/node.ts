import { type Device, checkFloat16 } from "../backend.ts";
import { type DType, isFloat } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { isGradEnabled } from "./mode.ts";
import type { AttributesOf, NodeKind } from "./primitive.ts";
import { signatureOf } from "./signature.ts";
import { captureSite } from "./site.ts";
import type { Storage, VariableIdentity } from "./storage.ts";

/** Where `backward` puts the gradient of a leaf; shared by all versions of a variable. */
export interface GradientSlot {
  gradient: Node | null;
}

/** What an operation takes elements of a node for: places along an axis of that extent. */
export interface IndexUse {
  readonly operation: string;
  readonly extent: number;
  /** An index that may lie outside. */
  readonly ignored: number | undefined;
}

/** A gradient rule that a composite carries. */
export interface CustomGradient {
  /** What the value depends on. */
  readonly inputs: readonly Node[];
  /** dL/d(input) for each input (null: none) from dL/d(output). */
  readonly rule: (gradient: Node, output: Node) => readonly (Node | null)[];
}

/** A node as a discriminated union over its kind, so that attributes are typed after `switch (node.kind)`. */
export type Node = { [K in NodeKind]: NodeOf<K> }[NodeKind];

const noInputs: readonly Node[] = [];
let births = 0;

/**
 * A node of the graph: a primitive applied to other nodes, or a leaf. Immutable but for its evaluation state.
 */
export class NodeOf<K extends NodeKind> {
  readonly kind: K;
  readonly attributes: AttributesOf<K>;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  readonly requiresGrad: boolean;
  /** The device that its leaves are bound to, or that computed it; null if it can still be computed on any. */
  device: Device | null;
  inputs: readonly Node[];
  /** The identity of the variable of which this is a version. */
  readonly variable: VariableIdentity | null;

  /** The number of a `fill` node. */
  value = 0;
  /** The number of this `fill` node is supplied anew at each run of a recording: nothing may be derived from it now. */
  bound = false;
  /** The value, once materialised. */
  storage: Storage | null = null;
  /** Its value depends on versions of variables through nothing that had a value when it was made. */
  readonly readsVariables: boolean;
  /** Another node was made of it. */
  consumed = false;
  /** Somebody holds the value as a snapshot, from before it is computed. */
  kept = false;
  /** It was computed once as an interior of a program, without being kept. */
  evaluated = false;
  /** The plan in which it was an interior, and its position there, so that a late reader can make it an output. */
  plan: { readonly wanted: Set<number> } | null = null;
  planPosition = 0;
  /** Why it can never be computed: which version of a variable is gone that it needs. Null while it can. */
  lost: string | null = null;
  /** Keeps the list of the nodes that were computed with it, for as long as anybody holds one of them. */
  history: object | null = null;
  /** For leaves and versions of variables that collect gradients; history ends here. */
  readonly gradientSlot: GradientSlot | null;
  custom: CustomGradient | null;
  /** Nodes made later have larger numbers. */
  readonly birth = ++births;
  /** The length of the longest chain of nodes that wait to be computed and that it hangs on, itself included. */
  readonly depth: number;
  /** When the first node of that chain was made. */
  readonly start: number;
  /** What its elements are indices for, where they are not known; for `debug.checkIndices`. */
  indexUses: IndexUse[] | null = null;
  /** Where the operation was called, if `debug.sites` is on. */
  readonly site: string | null = captureSite();
  /** Scratch of graph walks: the walk that visited the node last, and its position there. */
  walk = 0;
  position = 0;
  #signature = 0;

  constructor(
    kind: K,
    inputs: readonly Node[],
    shape: Shape,
    dtype: DType,
    attributes: AttributesOf<K>,
    leaf: LeafOptions,
  ) {
    this.kind = kind;
    this.attributes = attributes;
    this.inputs = inputs;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    let requiresGrad = leaf.requiresGrad;
    let device = leaf.device;
    let start = this.birth;
    let depth = 1;
    let readsVariables = false;
    for (const input of inputs) {
      input.consumed = true;
      readsVariables ||= input.variable !== null || (input.readsVariables && input.storage === null);
      requiresGrad ||= input.requiresGrad;
      if (input.depth >= depth && input.isPending) {
        depth = input.depth + 1;
        start = input.start;
      }
      if (input.device !== null && input.device !== device) {
        if (device !== null) throw mixedDevices(kind, device, input.device);
        device = input.device;
      }
    }
    this.readsVariables = readsVariables;
    this.depth = depth;
    this.start = start;
    this.variable = leaf.variable ?? null;
    this.gradientSlot = leaf.gradientSlot ?? null;
    this.custom = leaf.custom ?? null;
    if (leaf.detached === true) requiresGrad = false;
    this.requiresGrad =
      this.gradientSlot !== null || (requiresGrad && isFloat(dtype) && (inputs.length === 0 || isGradEnabled()));
    this.device = device;
    if (dtype === "float16" && device !== null) checkFloat16(kind === "leaf" ? "tensor" : kind, device);
  }

  /** Equal for nodes of equal kind, attributes, shape and dtype. Found when asked for: no replay asks. */
  get signature(): number {
    if (this.#signature === 0) {
      this.#signature = signatureOf(this.kind, this.shape, this.dtype, this.attributes);
    }
    return this.#signature;
  }

  /** Waits to be computed: it has no value, has had none, and can be had. Sources do not wait, as they cost nothing. */
  get isPending(): boolean {
    return this.storage === null && this.inputs.length > 0 && !this.evaluated && this.lost === null;
  }

  /** Forgets where the value came from, so that the collector can have it. */
  dropInputs(): void {
    this.inputs = noInputs;
    this.custom = null;
    this.history = null;
  }
}

/** What a node has of its own, beside what it inherits from its inputs. */
export interface LeafOptions {
  readonly requiresGrad: boolean;
  readonly device: Device | null;
  /** Identity of the variable of which it is a version. */
  readonly variable?: VariableIdentity;
  readonly gradientSlot?: GradientSlot | null;
  /** Gradients do not flow on to the inputs. */
  readonly detached?: boolean;
  readonly custom?: CustomGradient;
}

function mixedDevices(kind: string, a: Device, b: Device): ValueError {
  return new ValueError(
    `${kind}: one operand is on ${a.name}, another on ${a.name === b.name ? "another instance of it" : b.name}; ` +
      "move one with await t.to(backend)",
  );
}
