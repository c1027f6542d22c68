import { type Device, checkFloat16 } from "../backend.ts";
import { type DType, isFloat } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { isGradEnabled } from "./mode.ts";
import type { AttributesOf, NodeKind } from "./primitive.ts";
import { signatureOf } from "./signature.ts";
import { captureSite } from "./site.ts";
import type { Storage } from "./storage.ts";

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
  /** Depends on a variable, whose versions go stale. */
  readonly stateful: boolean;
  /** The device its leaves are bound to; null if all of them are unbound. */
  readonly device: Device | null;
  inputs: readonly Node[];

  /** The number of a `fill` node. */
  value = 0;
  /** The number of this `fill` node is supplied anew at each run of a recording: nothing may be derived from it now. */
  bound = false;
  /** The value, once materialised. */
  storage: Storage | null = null;
  /** Somebody holds the value as a snapshot, from before it is computed. */
  kept = false;
  /** It was computed once as an interior of a program, without being kept. */
  evaluated = false;
  /** Where it was an interior: its plan and position there, so that a late reader can make it an output. */
  origin: { readonly plan: { readonly wanted: Set<number> }; readonly position: number } | null = null;
  /** Set when an interior node of an old update was released: what it belonged to. */
  released: string | null = null;
  /** For leaves and versions of variables that collect gradients; history ends here. */
  readonly gradientSlot: GradientSlot | null;
  readonly custom: CustomGradient | null;
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
    let stateful = leaf.stateful;
    let device = leaf.device;
    for (const input of inputs) {
      requiresGrad ||= input.requiresGrad;
      stateful ||= input.stateful;
      if (input.device !== null && input.device !== device) {
        if (device !== null) throw mixedDevices(kind, device, input.device);
        device = input.device;
      }
    }
    this.gradientSlot = leaf.gradientSlot ?? null;
    this.custom = leaf.custom ?? null;
    if (leaf.detached === true) requiresGrad = false;
    this.requiresGrad =
      this.gradientSlot !== null || (requiresGrad && isFloat(dtype) && (inputs.length === 0 || isGradEnabled()));
    this.stateful = stateful && leaf.snapshot !== true;
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

  /** Forgets where the value came from, so that the collector can have it. */
  dropInputs(): void {
    this.inputs = noInputs;
  }
}

/** What a node has of its own, beside what it inherits from its inputs. */
export interface LeafOptions {
  readonly requiresGrad: boolean;
  readonly stateful: boolean;
  readonly device: Device | null;
  readonly gradientSlot?: GradientSlot | null;
  /** Gradients do not flow on to the inputs. */
  readonly detached?: boolean;
  readonly custom?: CustomGradient;
  /** Holds a version of a variable that is kept for it: it does not go stale with the variable. */
  readonly snapshot?: boolean;
}

function mixedDevices(kind: string, a: Device, b: Device): ValueError {
  return new ValueError(
    `${kind}: one operand is on ${a.name}, another on ${a.name === b.name ? "another instance of it" : b.name}; ` +
      "move one with await t.to(backend)",
  );
}
