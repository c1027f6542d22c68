import type { Backend } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import { releaseOldPending } from "../graph/pending.ts";
import type { Storage } from "../graph/storage.ts";
import { type PendingAssignment, discardRequestedOutputs } from "./effects.ts";
import type { Assignment } from "./executor.ts";
import type { Results } from "./results.ts";

/** Variables up to this size are kept for late readers instead of going stale. */
const smallVariableBytes = 16;

/** Hands new versions to variables, and lets go of what belongs to the update before the last. */
export class Updates {
  readonly #backend: Backend;
  readonly #results: Results;
  /** Interior nodes of the last update, released at the next one. */
  #lastInterior: Node[] = [];
  /** Those of programs since then. */
  #interior: Node[] = [];
  #updates = 0;
  /** The name of the last one. */
  #last = "update -1";

  constructor(backend: Backend, results: Results) {
    this.#backend = backend;
    this.#results = results;
  }

  /** Notes a node that was computed without being kept, and that hangs on a variable. */
  addInterior(node: Node): void {
    this.#interior.push(node);
  }

  /** Hands the new versions to their variables, and releases the step before the last. */
  commit(assignments: readonly PendingAssignment[]): void {
    let trained = false;
    for (const assignment of assignments) {
      trained ||= assignment.requiresGrad;
      const storage = assignment.version.storage;
      if (storage !== null && !storage.kept) this.#results.remove(storage); // a variable is no result
      assignment.version.dropInputs();
      assignment.commit((version) => this.retire(version));
    }
    if (!trained) return;
    const update = (this.#last = `update ${this.#updates++}`);
    for (const node of this.#lastInterior) {
      if (node.storage !== null) continue;
      node.released = update;
      node.dropInputs();
    }
    this.#lastInterior = this.#interior;
    this.#interior = [];
    releaseOldPending(update);
  }

  retire(version: Node): void {
    const storage = version.storage;
    if (storage === null || storage.buffer === null || storage.backend !== this.#backend) return;
    const buffer = storage.buffer;
    this.#results.remove(storage);
    if (storage.host !== null) {
      storage.buffer = null;
      this.#backend.free(buffer);
    } else if (storage.kept || storage.bytes <= smallVariableBytes) {
      this.#results.add(storage);
    } else {
      storage.stale = this.#last;
      storage.buffer = null;
      this.#backend.free(buffer);
    }
  }

  /** Gives variables values that a compiled function has computed; returns the values that are nobody's yet. */
  assign(values: ReadonlyMap<number, Storage>, assignments: readonly Assignment[]): Set<Storage> {
    const own = new Set(values.values());
    for (const { variable, storage } of assignments) {
      // A value that belongs to somebody else, or to two variables, must not be freed with this version.
      if (!own.delete(storage)) storage.kept = true;
      variable.adopt(storage, (version) => this.retire(version));
    }
    if (assignments.length > 0) {
      this.#last = `update ${this.#updates++}`;
      discardRequestedOutputs(); // asked for by a backward() whose step never came
    }
    return own;
  }
}
