import { checkOptions } from "./checks.ts";
import { DTypeError, ShapeError, ValueError } from "./errors.ts";
import { createDetached, createLeaf } from "./graph/create.ts";
import type { GradientSlot, Node } from "./graph/node.ts";
import { isRecomputing } from "./graph/recompute.ts";
import type { Storage } from "./graph/storage.ts";
import { activeTrace, refuseInTrace } from "./graph/trace.ts";
import { isFloat } from "./dtype.ts";
import {
  type PendingAssignment,
  addAssignment,
  addReplaced,
  removeAssignment,
  requestOutput,
} from "./runtime/effects.ts";
import { formatShape, sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

export interface VariableOptions {
  /** Name for messages and state dicts. */
  readonly name?: string;
  /** Whether `backward` collects a gradient for it; default false. */
  readonly requiresGrad?: boolean;
}

/** The versions of a variable whose memory the variable answers for. */
interface HeldVersions {
  committed: Node | null;
  previous: Node | null;
}

/** When a variable is collected, its versions become ordinary results: one registration in its life, none an update. */
const droppedVariables = new FinalizationRegistry<HeldVersions>(({ committed, previous }) => {
  if (committed !== null) addReplaced(committed);
  if (previous !== null) addReplaced(previous);
});

/**
 * State: a tensor whose value can be assigned. Parameters, running statistics, optimizer slots and generators are
 * variables. It can be used wherever a tensor can, and then means its value at that moment.
 *
 * `assign` is a pending effect: it is part of the next program, whatever asks for one. The version before an update
 * stays valid until the update after it, so that tensors of the step just made can still be read.
 */
export class Variable extends Tensor implements PendingAssignment {
  name: string;
  /** Where gradients are collected; null if the variable has none. */
  readonly gradientSlot: GradientSlot | null;
  /** Stands in for the value while a function is called with other parameters. */
  #substitute: Node | null = null;
  readonly #held: HeldVersions = { committed: null, previous: null };

  constructor(value: Tensor, options: VariableOptions = {}) {
    checkOptions("Variable", options, { name: true, requiresGrad: true });
    if (!(value instanceof Tensor)) {
      throw new ValueError(`Variable: ${String(value)} is no tensor; make one of it first`);
    }
    const slot = options.requiresGrad === true ? { gradient: null } : null;
    if (slot !== null && !isFloat(value.dtype)) {
      throw new DTypeError(`Variable: only float tensors have gradients, and this value is ${value.dtype}`);
    }
    refuseInTrace("a variable was made", "make it before, and list it in the state");
    super(versionOf(value.node, slot));
    this.name = options.name ?? "variable";
    this.gradientSlot = slot;
    this.#adopt();
    droppedVariables.register(this, this.#held);
  }

  override get node(): Node {
    return this.#substitute ?? activeTrace()?.read(this) ?? this.current;
  }

  /** Runs a synchronous function in which this variable has another value; gradients flow to that value. */
  withValue<T>(value: Tensor, fn: () => T): T {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `withValue: ${this.name} has shape ${formatShape(this.shape)}, the value ${formatShape(value.shape)}`,
      );
    }
    const before = this.#substitute;
    this.#substitute = value.node;
    try {
      return fn();
    } finally {
      this.#substitute = before;
    }
  }

  /** The version the next assignment will replace. */
  get version(): Node {
    return this.current;
  }

  override get requiresGrad(): boolean {
    return this.gradientSlot !== null;
  }

  /** A snapshot of the value, unchanged by later assignments. */
  get value(): Tensor {
    const { node } = this;
    if (node.storage !== null) node.storage.kept = true;
    else node.kept = true;
    return new Tensor(createDetached(node, { stateful: false, gradientSlot: null, snapshot: true }));
  }

  /**
   * Sets the value; takes effect for operations called from now on, and is computed with the next program.
   *
   * @param value - Of the same shape and dtype.
   */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: ${this.name} has shape ${formatShape(this.shape)}, the value ${formatShape(value.shape)}`,
      );
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`assign: ${this.name} is ${this.dtype}, the value ${value.dtype}; cast it first`);
    }
    if (value === this) throw new ValueError(`assign: ${this.name} cannot be assigned itself`);
    if (isRecomputing()) return;
    const version = versionOf(value.node, this.gradientSlot);
    const trace = activeTrace();
    if (trace !== null) {
      trace.assign(this, version);
      return;
    }
    // A snapshot of a version that no program has computed yet needs that version as well.
    if (this.current.kept && this.current.storage === null) requestOutput(this.current);
    this.current = version;
    this.#adopt();
  }

  /** Called when a compiled function has computed a new value. */
  adopt(storage: Storage, retire: (version: Node) => void): void {
    const options = {
      requiresGrad: false,
      stateful: true,
      device: this.current.device,
      gradientSlot: this.gradientSlot,
    };
    this.current = createLeaf(this.shape, this.dtype, storage, options);
    this.commit(retire);
  }

  /** Called by the executor when the current version has its value. */
  commit(retire: (version: Node) => void): void {
    removeAssignment(this);
    if (this.#held.previous !== null) retire(this.#held.previous);
    this.#held.previous = this.#held.committed;
    this.#held.committed = this.current;
  }

  /** Called when the update that assigned the current version has failed. */
  discard(): void {
    if (this.#held.committed === null) return; // its first value, which is still to be computed
    removeAssignment(this);
    this.current = this.#held.committed;
  }

  /** A version with a value is in place at once; another waits for the next program. */
  #adopt(): void {
    if (this.current.storage === null) {
      addAssignment(this);
    } else {
      removeAssignment(this);
      // The storage may belong to somebody else's tensor, so no update may free it.
      this.current.storage.kept = true;
      if (this.#held.previous !== null) addReplaced(this.#held.previous);
      this.#held.previous = this.#held.committed;
      this.#held.committed = this.current;
    }
  }
}

function versionOf(value: Node, gradientSlot: GradientSlot | null): Node {
  return createDetached(value, { stateful: true, gradientSlot });
}
