import type { Backend, DeviceBuffer } from "../backend.ts";
import type { Storage } from "../graph/storage.ts";
import { noteResult } from "./scope.ts";

/** Buffers from this size on are watched by a finalizer, so that dropped results are freed without a copy. */
const watchedBytes = 2 ** 17;
/** Smaller ones move to the host when no program has read them for this many runs. */
const idleRuns = 16;
/** Where reading waits they move together, every so many runs: a read is a round trip to the device. */
const runsBetweenMoves = 50;
/** However small, no more results than this stay on the device. */
const maxResults = 4096;

interface Result {
  readonly buffer: DeviceBuffer;
  /** Strong for small results; weak for watched ones, so that they can die. */
  readonly storage: Storage | WeakRef<Storage>;
  /** The run that made it or was the last to read it. */
  lastUse: number;
}

/**
 * The results that users may still hold, those longest not used first. JavaScript does not say when a result is
 * dropped, so they count against a budget: past it the first move to host arrays, which the collector frees. Small ones
 * move when they have not been used for a while, so that a loop holds the same at every step, whenever the collector runs.
 */
export class Results {
  readonly #backend: Backend;
  readonly #budget: number;
  readonly #entries = new Map<DeviceBuffer, Result>();
  readonly #finalizer: FinalizationRegistry<DeviceBuffer>;
  #bytes = 0;
  #runs = 0;

  constructor(backend: Backend, budget: number) {
    this.#backend = backend;
    this.#budget = budget;
    this.#finalizer = new FinalizationRegistry((buffer) => this.#forget(buffer));
  }

  /** Bytes of results on the device. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Takes responsibility for the buffer of a storage. */
  add(storage: Storage): void {
    const buffer = storage.buffer;
    if (buffer === null || this.#entries.has(buffer)) return;
    const watched = storage.bytes >= watchedBytes;
    if (watched) this.#finalizer.register(storage, buffer, storage);
    this.#entries.set(buffer, { buffer, storage: watched ? new WeakRef(storage) : storage, lastUse: this.#runs });
    this.#bytes += buffer.bytes;
    noteResult(storage, this);
  }

  /** Frees a result before its time; late readers are told why. */
  release(storage: Storage, reason: string): void {
    const { buffer } = storage;
    if (buffer === null || storage.kept || !this.remove(storage)) return;
    if (storage.host === null) storage.stale = reason;
    storage.buffer = null;
    this.#backend.free(buffer);
  }

  /** Gives responsibility for the buffer back; false if it was not here. */
  remove(storage: Storage): boolean {
    const buffer = storage.buffer;
    if (buffer === null || !this.#entries.delete(buffer)) return false;
    this.#bytes -= buffer.bytes;
    if (storage.bytes >= watchedBytes) this.#finalizer.unregister(storage);
    return true;
  }

  /** Notes that a program reads a result. */
  touch(buffer: DeviceBuffer): void {
    const result = this.#entries.get(buffer);
    if (result === undefined || result.lastUse === this.#runs) return;
    result.lastUse = this.#runs;
    this.#entries.delete(buffer);
    this.#entries.set(buffer, result);
  }

  /** Ends a run: moves idle results to the host, and more until the budget holds; what the run used stays. */
  trim(): void {
    const run = this.#runs++;
    const movesIdle = this.#backend.readSync !== undefined || this.#runs % runsBetweenMoves === 0;
    for (const { buffer, storage, lastUse } of this.#entries.values()) {
      if (lastUse === run) return; // the next run will probably want it too, even if it is larger than the budget
      const isOver = this.#bytes > this.#budget || this.#entries.size > maxResults;
      const isIdle = movesIdle && lastUse < this.#runs - idleRuns;
      if (!isOver && !isIdle) return;
      if (!isOver && storage instanceof WeakRef) continue; // large: worth no copy, as the collector may come first
      const alive = storage instanceof WeakRef ? storage.deref() : storage;
      if (alive === undefined) this.#forget(buffer);
      else this.#moveToHost(buffer, alive);
    }
  }

  /** Moves results to the host, if they can be read without waiting and the host has room; whether it freed any. */
  moveToHost(isMovable: (buffer: DeviceBuffer) => boolean): boolean {
    const before = this.#bytes;
    for (const { buffer, storage } of [...this.#entries.values()]) {
      if (!isMovable(buffer)) continue;
      const alive = storage instanceof WeakRef ? storage.deref() : storage;
      if (alive === undefined) {
        this.#forget(buffer);
      } else if (alive.host !== null || this.#backend.readSync !== undefined) {
        try {
          this.#moveToHost(buffer, alive);
        } catch (error) {
          if (error instanceof RangeError) break; // from the engine: it has no memory for the array
          throw error;
        }
      }
    }
    return this.#bytes < before;
  }

  #moveToHost(buffer: DeviceBuffer, storage: Storage): void {
    const { dtype, size } = storage;
    storage.host ??= this.#backend.readSync?.(buffer, dtype, size) ?? null;
    this.remove(storage);
    const release = (): void => {
      storage.buffer = null;
      this.#backend.free(buffer);
    };
    if (storage.host !== null) {
      release();
      return;
    }
    // Until the copy is there the value stays where it is, for programs and readers to come.
    this.#backend.read(buffer, dtype, size).then(
      (host) => {
        // Else somebody else has taken the buffer over, or freed it.
        if (storage.buffer !== buffer || this.#entries.has(buffer)) return;
        storage.host = host;
        release();
      },
      () => undefined, // the device failed: whoever reads the value is told
    );
  }

  #forget(buffer: DeviceBuffer): void {
    if (!this.#entries.delete(buffer)) return;
    this.#bytes -= buffer.bytes;
    this.#backend.free(buffer);
  }
}
