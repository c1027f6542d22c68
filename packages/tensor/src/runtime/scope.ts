/// <reference lib="esnext.disposable" preserve="true" />
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";

/** Who can free a result. */
export interface ResultOwner {
  release(storage: Storage, reason: string): void;
}

const open: Scope[] = [];

/**
 * Frees the results made while it is open when it ends, without waiting for the budget or the collector. Never needed
 * for flat memory; of use where large results are known to be temporary.
 *
 * ```ts
 * {
 *   using scope = new Scope();
 *   const best = scope.keep(search(candidates));
 * } // everything but `best` is freed here
 * ```
 */
export class Scope {
  readonly #results = new Map<Storage, ResultOwner>();
  readonly #kept = new Set<Storage>();

  constructor() {
    open.push(this);
  }

  /** Lets a tensor outlive the scope; it must have been computed, which `await run(t)` does. */
  keep<T extends { readonly node: Node }>(t: T): T {
    if (t.node.storage !== null) this.#kept.add(t.node.storage);
    return t;
  }

  /** Notes a result; called by the executor. */
  add(storage: Storage, owner: ResultOwner): void {
    this.#results.set(storage, owner);
  }

  [Symbol.dispose](): void {
    open.splice(open.indexOf(this), 1);
    for (const [storage, owner] of this.#results) {
      if (!this.#kept.has(storage)) owner.release(storage, "a scope that has ended");
    }
  }
}

/** Tells the innermost open scope of a new result. */
export function noteResult(storage: Storage, owner: ResultOwner): void {
  open[open.length - 1]?.add(storage, owner);
}
