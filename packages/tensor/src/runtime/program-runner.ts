import type { Backend, Bindings, DeviceBuffer, Program } from "../backend.ts";
import { bytesOfHost, isFloat } from "../dtype.ts";
import { MinimaError, isOutOfMemory } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { Storage } from "../graph/storage.ts";
import { outOfMemoryError } from "./out-of-memory.ts";
import type { CachedPlan } from "./plan-cache.ts";
import type { Results } from "./results.ts";

/** Binds programs to buffers and submits them, in the order of the calls. */
export class ProgramRunner {
  readonly #backend: Backend;
  readonly #results: Results;
  /** Programs submitted so far. */
  submits = 0;
  /** Submissions wait behind pipelines that are still being compiled. */
  #queue: Promise<void> | null = null;

  constructor(backend: Backend, results: Results) {
    this.#backend = backend;
    this.#results = results;
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
      if (slot.kind !== "output") continue;
      const node = nodes[slot.node];
      const storage = new Storage(node.dtype, node.size, null);
      storage.buffer = buffers[i];
      storage.backend = this.#backend;
      values.set(slot.node, storage);
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
    try {
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i];
        if (slot.kind === "leaf") {
          buffers[i] = this.#leafBuffer(storageOf(slot.node), uploaded, release);
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
      this.#submit(entry.program, { buffers, scalars: words }, release);
    } catch (error) {
      for (const buffer of [...outputs, ...release]) this.#backend.free(buffer);
      throw error;
    }
    return buffers;
  }

  /** Frees what results hold that the program does not read; whether there was anything. */
  #makeRoom({ plan: { slots } }: CachedPlan, storageOf: (position: number) => Storage): boolean {
    const needed = new Set(slots.flatMap((slot) => (slot.kind === "leaf" ? [storageOf(slot.node).buffer] : [])));
    return this.#results.moveToHost((buffer) => !needed.has(buffer));
  }

  #submit(program: Program | Promise<Program>, bindings: Bindings, release: DeviceBuffer[]): void {
    const freeAll = (): void => {
      for (const buffer of release) this.#backend.free(buffer);
    };
    if (this.#queue === null && !(program instanceof Promise)) {
      this.#backend.submit(program, bindings);
      freeAll();
      return;
    }
    const before = this.#queue;
    const queued = (async () => {
      await before;
      try {
        this.#backend.submit(await program, bindings);
      } finally {
        freeAll();
      }
    })();
    this.#queue = queued;
    void queued.finally(() => {
      if (this.#queue === queued) this.#queue = null;
    });
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
