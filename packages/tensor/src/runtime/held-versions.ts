import type { Node } from "../graph/node.ts";
import type { VariableIdentity } from "../graph/storage.ts";
import { type Retire, addReplaced } from "./effects.ts";

/**
 * The versions of a variable whose memory the variable answers for: the one with its value, and the one before. It is also what versions
 * know their variable by, so that they do not keep it.
 */
export class HeldVersions implements VariableIdentity {
  name: string;
  #committed: Node | null = null;
  #previous: Node | null = null;
  /** Which update made the committed version; the first value is that of update 0. */
  #update = 0;

  /** @param owner - When it is collected its versions become ordinary results: one registration in its life, none an update. */
  constructor(name: string, owner: object) {
    this.name = name;
    droppedOwners.register(owner, this);
  }

  /** The last version that has a value. */
  get committed(): Node | null {
    return this.#committed;
  }

  /** Makes a version the committed one, made by the update of this number. */
  replace(version: Node, update: number): void {
    this.#previous = this.#committed;
    this.#committed = version;
    this.#update = update;
  }

  /** The committed version is another node of the same value. */
  renew(before: Node, version: Node): void {
    if (this.#committed === before) this.#committed = version;
  }

  /** The version before the last goes, unless it has to stay. */
  retirePrevious(retire: Retire): void {
    if (this.#previous !== null && retire(this.#previous, this.name, this.#update)) this.#previous = null;
  }

  /** The version before the last becomes an ordinary result: no program replaces it. */
  releasePrevious(): void {
    if (this.#previous !== null) addReplaced(this.#previous);
    this.#previous = null;
  }

  release(): void {
    this.releasePrevious();
    if (this.#committed !== null) addReplaced(this.#committed);
  }
}

const droppedOwners = new FinalizationRegistry<HeldVersions>((held) => held.release());
