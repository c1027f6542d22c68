import type { Backend } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import { type Storage, describeVersion } from "../graph/storage.ts";
import { addReplaced } from "./effects.ts";
import type { Assignment, HasVersions } from "./executor.ts";
import { Generation, letGo } from "./history.ts";
import type { Results } from "./results.ts";
import type { Work } from "./work.ts";

/** Values of variables up to this size are kept for late readers. */
const smallVariableBytes = 16;

/** Hands new versions to variables, and frees old ones. */
export class Updates {
  readonly #backend: Backend;
  readonly #results: Results;
  /** Generations of which a version has gone since it was last told. */
  readonly #gone: object[] = [];

  constructor(backend: Backend, results: Results) {
    this.#backend = backend;
    this.#results = results;
  }

  /** Frees the versions before the last ones, so that new ones take their memory, but for those that the program reads. */
  makeRoom(variables: Iterable<HasVersions>, reads: Iterable<Node>): void {
    const read = new Set<Storage>();
    for (const { storage } of reads) if (storage !== null && storage.version !== null) read.add(storage);
    for (const variable of variables) {
      variable.retirePrevious((version, name, update) => {
        if (version.storage !== null && read.has(version.storage)) return false;
        this.#retire(version, name, update);
        return true;
      });
    }
  }

  /** Hands the new versions to their variables. */
  commit({ assignments, overwrites }: Pick<Work, "assignments" | "overwrites">): void {
    const generation = new Generation();
    for (const assignment of assignments) {
      const { storage } = assignment.version;
      if (storage !== null && !storage.kept) this.#results.remove(storage); // a variable is no result
      if (storage !== null) storage.version = { variable: assignment.identity, generation };
      assignment.version.dropInputs();
      assignment.retirePrevious(this.#retireAlways);
      assignment.commit(this.#backend);
      if (assignment.inPlace && overwrites) assignment.retirePrevious(this.#retireAlways);
    }
  }

  /** Gives variables values that a compiled function has computed; returns the values that are nobody's yet. */
  assign(values: ReadonlyMap<number, Storage>, assignments: readonly Assignment[]): Set<Storage> {
    const own = new Set(values.values());
    const generation = new Generation();
    for (const { variable, storage } of assignments) {
      // A value that belongs to somebody else, or to two variables, must not be freed with this version.
      if (!own.delete(storage)) storage.kept = true;
      else storage.version = { variable: variable.identity, generation };
      variable.retirePrevious(this.#retireAlways);
      variable.adopt(storage, this.#backend);
      if (variable.inPlace) variable.retirePrevious(this.#retireAlways);
    }
    return own;
  }

  /** Tells what needs versions that have gone. */
  tell(): void {
    letGo(this.#gone);
    this.#gone.length = 0;
  }

  readonly #retireAlways = (version: Node, variable: string, update: number): boolean => {
    this.#retire(version, variable, update);
    return true;
  };

  #retire(version: Node, variable: string, update: number): void {
    const { storage } = version;
    if (storage === null) return;
    if (storage.backend !== this.#backend) {
      addReplaced(version); // the variable has moved here from another backend
      return;
    }
    const { buffer } = storage;
    if (buffer === null) {
      if (storage.host === null) this.#lose(storage, variable, update); // it was overwritten
      return;
    }
    this.#results.remove(storage);
    if (storage.host !== null) {
      storage.buffer = null;
      this.#backend.free(buffer);
    } else if (storage.kept || storage.bytes <= smallVariableBytes) {
      this.#results.add(storage);
    } else {
      storage.buffer = null;
      this.#backend.free(buffer);
      this.#lose(storage, variable, update);
    }
  }

  #lose(storage: Storage, variable: string, update: number): void {
    storage.stale = describeVersion(variable, update);
    const generation = storage.version?.generation; // mostly that of the one before
    if (generation !== undefined && generation !== this.#gone.at(-1)) this.#gone.push(generation);
  }
}
