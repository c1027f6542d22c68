import { type Device, checkDevice } from "./backend.ts";
import { checkOptions } from "./checks.ts";
import { type DType, bytesPerElement, isFloat } from "./dtype.ts";
import { DTypeError, ShapeError, ValueError } from "./errors.ts";
import { createDetached, createLeaf } from "./graph/create.ts";
import { noGrad } from "./graph/mode.ts";
import { newGradientSlot } from "./graph/gradient-slot.ts";
import type { GradientSlot, Node } from "./graph/node.ts";
import { isRecomputing } from "./graph/recompute.ts";
import { Storage, type VariableIdentity } from "./graph/storage.ts";
import { activeTrace, refuseInTrace, withoutTrace } from "./graph/trace.ts";
import { castNode } from "./ops/build.ts";
import { getBackend } from "./runtime/device.ts";
import {
  type PendingAssignment,
  type Retire,
  addAssignment,
  addFirstValue,
  addSnapshot,
  noteAssignment,
  removeAssignment,
} from "./runtime/effects.ts";
import { HeldVersions } from "./runtime/held-versions.ts";
import { formatShape, sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

export interface VariableOptions {
  /** Name for messages and state dicts. */
  readonly name?: string;
  /** Whether `backward` collects a gradient for it; default false. */
  readonly requiresGrad?: boolean;
  /** A variable with which it moves to another backend, as the averages of an optimizer do with their parameter. */
  readonly follows?: Variable;
  /**
   * Whether updates write the new value over the old one, which takes half the memory: for state that nobody reads between updates,
   * such as the averages of an optimizer. Tensors made of its value are lost with the next update, but for snapshots.
   */
  readonly inPlace?: boolean;
}

let changes = 0;

/** How often a variable has got another dtype or backend, or begun or ceased to require a gradient. */
export function variableChanges(): number {
  return changes;
}

/**
 * State: a tensor whose value can be assigned. Parameters, running statistics and the averages of optimizers are variables. It
 * can be used wherever a tensor can, and then means its value at that moment.
 *
 * `assign` is a pending effect: it is part of the program that computes what it belongs to. The version before an update stays
 * valid until the next update of this variable, so that tensors of the step just made can still be read.
 *
 * A variable lives on the backend that was chosen when it was made.
 */
export class Variable extends Tensor implements PendingAssignment {
  #gradientSlot: GradientSlot | null;
  /** Stands in for the value while a function is called with other parameters. */
  #substitute: Node | null = null;
  readonly inPlace: boolean;
  readonly #held: HeldVersions;
  /** How often it has been assigned. */
  #updates = 0;
  #followers: WeakRef<Variable>[] = [];

  constructor(value: Tensor, options: VariableOptions = {}) {
    checkOptions("Variable", options, { name: true, requiresGrad: true, follows: true, inPlace: true });
    if (!(value instanceof Tensor)) {
      throw new ValueError(`Variable: ${String(value)} is no tensor; make one of it first`);
    }
    const { follows } = options;
    if (follows !== undefined && !(follows instanceof Variable)) {
      throw new ValueError(`Variable: it can follow a variable, not ${String(follows)}`);
    }
    const name = options.name ?? "variable";
    const slot = slotFor("Variable", name, options.requiresGrad === true, value.dtype);
    refuseInTrace("a variable was made", "make it before, and list it in the state");
    super(value.node);
    this.#held = new HeldVersions(name, this);
    this.inPlace = options.inPlace === true;
    this.#gradientSlot = slot;
    this.current = this.#versionOf(value.node, value.node.device ?? follows?.version.device ?? getBackend());
    this.#adopt();
    if (follows !== undefined) follows.#addFollower(this);
  }

  /** Its name in messages. */
  get name(): string {
    return this.#held.name;
  }

  set name(name: string) {
    this.#held.name = name;
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

  /** What versions know their variable by, which must not keep it. */
  get identity(): VariableIdentity {
    return this.#held;
  }

  /** The version the next assignment will replace. */
  get version(): Node {
    return this.current;
  }

  get overwritten(): Node | null {
    return this.inPlace ? this.#held.committed : null;
  }

  /** Where gradients are collected; null if the variable has none. */
  get gradientSlot(): GradientSlot | null {
    return this.#gradientSlot;
  }

  /**
   * Whether `backward` collects a gradient for it. Setting it holds for operations called from now on; optimizers and compiled
   * functions follow. A gradient that was collected is dropped when it is set to false.
   */
  override get requiresGrad(): boolean {
    return this.#gradientSlot !== null;
  }

  override set requiresGrad(value: boolean) {
    if (value === this.requiresGrad) return;
    refuseInTrace("requiresGrad of a variable was set", "set it before the call");
    this.#gradientSlot = slotFor("requiresGrad", this.name, value, this.dtype);
    const { current } = this;
    this.current = this.#versionOf(current, current.device);
    this.#held.renew(current, this.current);
    changes++;
  }

  /** A snapshot of the value, unchanged by later assignments. */
  get value(): Tensor {
    const { node } = this;
    if (node.storage !== null) node.storage.kept = true;
    else node.kept = true;
    return new Tensor(createDetached(node, { gradientSlot: null }));
  }

  /**
   * Sets the value; takes effect for operations called from now on, and is computed with the next program that it belongs to.
   *
   * @param value - Of the same shape and dtype, and on the same backend; a value that the host holds takes the variable with it to its
   *   backend, so that a model can be loaded on another one when its own is lost.
   */
  assign(value: Tensor): void {
    if (!(value instanceof Tensor)) throw new ValueError(`assign: ${this.name} takes a tensor, not ${String(value)}`);
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: ${this.name} has shape ${formatShape(this.shape)}, the value ${formatShape(value.shape)}`,
      );
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`assign: ${this.name} is ${this.dtype}, the value ${value.dtype}; cast it first`);
    }
    if (value === this) throw new ValueError(`assign: ${this.name} cannot be assigned itself`);
    const { node } = value;
    const { device } = this.current;
    if (node.device !== null && device !== null && node.device !== device) {
      if ((node.storage?.host ?? null) === null) throw onAnotherDevice(this.name, device, node.device);
      changes++;
    }
    if (isRecomputing()) return;
    const version = this.#versionOf(node, node.device ?? device);
    const trace = activeTrace();
    if (trace !== null) {
      trace.assign(this, version);
      return;
    }
    noteAssignment(this);
    // A snapshot of a version that no program has computed yet needs that version as well.
    if (this.current.kept && this.current.storage === null) addSnapshot(this.current);
    this.current = version;
    this.#updates++;
    this.#adopt();
  }

  /**
   * Moves the variable to another backend, or gives it another dtype, from now on; what follows it, such as the averages of an
   * optimizer, moves with it. A gradient that was collected is dropped.
   *
   * @returns the variable itself
   */
  override to(target: DType | Device): Promise<this> {
    refuseInTrace("a variable was moved", "move it before the call");
    return this.#to(target);
  }

  /** Called when a compiled function has computed a new value. */
  adopt(storage: Storage, device: Device): void {
    removeAssignment(this);
    this.current = this.#leafOf(storage, this.current.device ?? device);
    this.#updates++;
    this.#held.replace(this.current, this.#updates);
  }

  retirePrevious(retire: Retire): void {
    this.#held.retirePrevious(retire);
  }

  commit(device: Device): void {
    removeAssignment(this);
    this.current.device ??= device;
    this.#held.replace(this.current, this.#updates);
  }

  restore(version: Node): void {
    this.current = version;
    if (version.storage === null) addAssignment(this);
    else removeAssignment(this);
  }

  discard(): void {
    const { committed } = this.#held;
    if (committed === null) return; // its first value, which is still to be computed
    removeAssignment(this);
    this.current = committed;
  }

  /** A version with a value is in place at once; another waits for the program that computes it. */
  #adopt(): void {
    if (this.current.storage === null) {
      if (this.#held.committed === null && !this.current.readsVariables) addFirstValue(this);
      else addAssignment(this);
      return;
    }
    removeAssignment(this);
    // The storage may belong to somebody else's tensor, so no update may free it.
    this.current.storage.kept = true;
    this.#held.releasePrevious();
    this.#held.replace(this.current, this.#updates);
  }

  #versionOf(value: Node, device: Device | null): Node {
    return createDetached(value, { gradientSlot: this.#gradientSlot, variable: this.identity, device });
  }

  #leafOf(storage: Storage, device: Device | null): Node {
    const options = { requiresGrad: false, device, gradientSlot: this.#gradientSlot, variable: this.identity };
    return createLeaf(this.shape, storage.dtype, storage, options);
  }

  async #to(target: DType | Device): Promise<this> {
    if (typeof target === "string") this.#cast(target);
    else await this.#move(target);
    return this;
  }

  #cast(dtype: DType): void {
    if (!Object.hasOwn(bytesPerElement, dtype)) {
      const known = Object.keys(bytesPerElement).join(", ");
      throw new ValueError(`to: ${String(dtype)} is no dtype; there are ${known}, and backends such as cpu()`);
    }
    if (dtype === this.dtype) return;
    this.#gradientSlot = slotFor("to", this.name, this.requiresGrad, dtype);
    this.current = this.#versionOf(
      noGrad(() => castNode(this.current, dtype)),
      this.current.device,
    );
    this.#adopt();
    changes++;
  }

  async #move(device: Device): Promise<void> {
    checkDevice("to", device);
    const followers = this.#followers.flatMap((reference) => reference.deref() ?? []);
    await Promise.all(followers.map((follower) => follower.#move(device)));
    while (this.current.device !== device) {
      const { current } = this;
      const data = await new Tensor(current).data();
      if (this.current !== current) continue; // assigned in the meantime
      this.current = this.#leafOf(new Storage(this.dtype, this.size, data), device);
      this.#adopt();
      changes++;
    }
  }

  #addFollower(follower: Variable): void {
    this.#followers = this.#followers.filter((reference) => reference.deref() !== undefined);
    this.#followers.push(new WeakRef(follower));
  }
}

function onAnotherDevice(name: string, device: Device, other: Device): ValueError {
  return new ValueError(
    `assign: ${name} is on ${device.name}, the value on ${other.name === device.name ? "another instance of it" : other.name}; ` +
      "move one of them with await x.to(backend)",
  );
}

/**
 * Makes a variable where it is needed for the first time, also while a function is recorded: it is then part of the state of that.
 *
 * @param make - Gives it a value that the host holds.
 */
export function makeState(make: () => Variable): Variable {
  const variable = withoutTrace(make);
  activeTrace()?.include(variable);
  return variable;
}

/** Where a variable of a dtype collects its gradient, if it is to have one. */
function slotFor(caller: string, name: string, requiresGrad: boolean, dtype: DType): GradientSlot | null {
  if (!requiresGrad) return null;
  if (!isFloat(dtype)) {
    throw new DTypeError(`${caller}: only float tensors have gradients, and the value of ${name} is ${dtype}`);
  }
  return newGradientSlot();
}
