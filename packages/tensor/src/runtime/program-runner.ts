import type { Backend, Bindings, DeviceBuffer, Program } from "../backend.ts";
import { bytesOfHost, isFloat } from "../dtype.ts";
import { MinimaError, isOutOfMemory } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { Storage, describeHalfWritten } from "../graph/storage.ts";
import type { Slot } from "../planner/plan.ts";
import { DeviceCopies } from "./device-copy.ts";
import { outOfMemoryError } from "./out-of-memory.ts";
import type { CachedPlan } from "./plan-cache.ts";
import type { Results } from "./results.ts";

/** Binds programs to buffers and submits them, in the order of the calls. */
export class ProgramRunner {
  readonly #backend: Backend;
  readonly #results: Results;
  /** Programs submitted so far. */
  submits = 0;
  readonly #copies: DeviceCopies;
  /** Submissions wait behind pipelines that are still being compiled. */
  #queue: Promise<void> | null = null;

  constructor(backend: Backend, results: Results) {
    this.#backend = backend;
    this.#results = results;
    this.#copies = new DeviceCopies(backend);
  }

  /** Resolves when everything has been submitted; null if it has been. */
  get queue(): Promise<void> | null {
    return this.#queue;
  }

  /**
   * Runs a plan; gives the values of its outputs by position. All memory is taken before anything is submitted. Where it
   * does not suffice, results that the program does not read move to the host before it is tried once more.
   *
   * @throws OutOfMemoryError which says who holds what; nothing has changed then
   */
  run(
    entry: CachedPlan,
    nodes: readonly Node[],
    storageOf: (position: number) => Storage,
    scalarOf: (position: number) => number,
  ): Map<number, Storage> {
    let buffers: readonly DeviceBuffer[];
    try {
      buffers = this.#runOnce(entry, nodes, storageOf, scalarOf);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const shortage = { backend: this.#backend, results: this.#results, slots: entry.plan.slots, nodes, storageOf };
      const explain = (cause: MinimaError): MinimaError => outOfMemoryError(cause, shortage);
      if (!this.#makeRoom(entry, storageOf)) throw explain(error);
      try {
        buffers = this.#runOnce(entry, nodes, storageOf, scalarOf);
      } catch (second) {
        throw isOutOfMemory(second) ? explain(second) : second;
      }
    }
    this.submits++;

    const { slots } = entry.plan;
    const values = new Map<number, Storage>();
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot.kind !== "output" && slot.kind !== "update") continue;
      const node = nodes[slot.node];
      const storage = new Storage(node.dtype, node.size, null);
      storage.buffer = buffers[i];
      storage.backend = this.#backend;
      values.set(slot.node, storage);
      if (slot.kind === "output") continue;
      const before = storageOf(slot.leaf);
      if (before.buffer === buffers[i]) before.buffer = null; // it has become the new value's
    }
    return values;
  }

  /** Gives the buffers by slot, of which those of the outputs are the caller's. If it throws, all are free again. */
  #runOnce(
    entry: CachedPlan,
    nodes: readonly Node[],
    storageOf: (position: number) => Storage,
    scalarOf: (position: number) => number,
  ): readonly DeviceBuffer[] {
    const { slots, scalars } = entry.plan;
    const buffers: DeviceBuffer[] = new Array<DeviceBuffer>(slots.length);
    const release: DeviceBuffer[] = []; // freed after submit
    const outputs: DeviceBuffer[] = []; // freed if something goes wrong
    const uploaded = new Map<Storage, DeviceBuffer>(); // views of one leaf share its copy
    const overwritten: Storage[] = [];
    let shared: ReadonlySet<Storage> | null = null;
    try {
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i];
        if (slot.kind === "leaf") {
          buffers[i] = this.#leafBuffer(storageOf(slot.node), uploaded, release);
        } else if (slot.kind === "update") {
          const storage = storageOf(slot.leaf);
          shared ??= sharedLeaves(slots, storageOf);
          if (storage.buffer !== null && !shared.has(storage) && this.#canOverwrite(storage)) {
            buffers[i] = storage.buffer;
            overwritten.push(storage);
          } else {
            buffers[i] = this.#copyOf(storage);
            outputs.push(buffers[i]);
          }
        } else {
          buffers[i] = this.#backend.allocate(slot.bytes);
          (slot.kind === "temporary" ? release : outputs).push(buffers[i]);
        }
      }
      const words = new Uint32Array(scalars.length);
      const floats = new Float32Array(words.buffer);
      for (let i = 0; i < scalars.length; i++) {
        const value = scalarOf(scalars[i]);
        if (isFloat(nodes[scalars[i]].dtype)) floats[i] = value;
        else words[i] = value;
      }
      this.#submit(entry.program, { buffers, scalars: words }, release, overwritten);
    } catch (error) {
      for (const buffer of [...outputs, ...release]) this.#backend.free(buffer);
      throw error;
    }
    return buffers;
  }

  /** Whether a value lies on this device alone, and no snapshot of it is held. */
  #canOverwrite(storage: Storage): boolean {
    return !storage.kept && storage.host === null && storage.backend === this.#backend;
  }

  /** Frees what results hold that the program does not read; whether there was anything. */
  #makeRoom({ plan: { slots } }: CachedPlan, storageOf: (position: number) => Storage): boolean {
    const needed = new Set(
      slots.flatMap((slot) => {
        if (slot.kind === "leaf") return [storageOf(slot.node).buffer];
        return slot.kind === "update" ? [storageOf(slot.leaf).buffer] : [];
      }),
    );
    return this.#results.moveToHost((buffer) => !needed.has(buffer));
  }

  /** @param overwritten - The values that are lost if the program breaks off. */
  #submit(
    program: Program | Promise<Program>,
    bindings: Bindings,
    release: readonly DeviceBuffer[],
    overwritten: readonly Storage[] = [],
  ): void {
    const freeAll = (): void => {
      for (const buffer of release) this.#backend.free(buffer);
    };
    const submit = (ready: Program): void => {
      try {
        this.#backend.submit(ready, bindings);
      } catch (error) {
        for (const storage of overwritten) storage.stale = describeHalfWritten(storage);
        throw error;
      }
    };
    if (this.#queue === null && !(program instanceof Promise)) {
      submit(program);
      freeAll();
      return;
    }
    const before = this.#queue;
    const queued = (async () => {
      await before;
      try {
        submit(await program);
      } finally {
        freeAll();
      }
    })();
    this.#queue = queued;
    void queued.finally(() => {
      if (this.#queue === queued) this.#queue = null;
    });
  }

  /** A value in a buffer of its own, for a program to overwrite. */
  #copyOf(storage: Storage): DeviceBuffer {
    const { dtype, size, bytes, host } = storage;
    const copy = this.#backend.allocate(bytes);
    if (host !== null) {
      this.#backend.write(copy, bytesOfHost(dtype, host));
    } else if (storage.buffer !== null) {
      const bindings = { buffers: [storage.buffer, copy], scalars: new Uint32Array(0) };
      this.#submit(this.#copies.program(dtype, size), bindings, []);
    }
    return copy;
  }

  /** The buffer of a leaf on this device; uploads host data if need be. */
  #leafBuffer(storage: Storage, uploaded: Map<Storage, DeviceBuffer>, release: DeviceBuffer[]): DeviceBuffer {
    if (storage.buffer !== null && storage.backend === this.#backend) {
      this.#results.touch(storage.buffer);
      return storage.buffer;
    }
    const copied = uploaded.get(storage);
    if (copied !== undefined) return copied;
    if (storage.host === null) {
      // Made while another backend was chosen; what was made without leaves is bound to none.
      const { backend: other, buffer } = storage;
      if (buffer === null || other?.readSync === undefined) {
        const where = other?.name ?? "a device that is gone";
        throw new MinimaError(
          `a value on ${where} is needed on ${this.#backend.name}; move it with await t.to(backend)`,
        );
      }
      storage.host = other.readSync(buffer, storage.dtype, storage.size);
    }
    const buffer = this.#backend.allocate(storage.bytes);
    this.#backend.write(buffer, bytesOfHost(storage.dtype, storage.host));
    uploaded.set(storage, buffer);
    // A batch is used once and its copy goes at once; what is used again is worth keeping.
    if (storage.uploads++ === 0) {
      release.push(buffer);
    } else {
      storage.buffer = buffer;
      storage.backend = this.#backend;
      this.#results.add(storage);
    }
    return buffer;
  }
}

/** The values that a program only reads. */
function sharedLeaves(slots: readonly Slot[], storageOf: (position: number) => Storage): ReadonlySet<Storage> {
  const leaves = new Set<Storage>();
  for (const slot of slots) if (slot.kind === "leaf") leaves.add(storageOf(slot.node));
  return leaves;
}
