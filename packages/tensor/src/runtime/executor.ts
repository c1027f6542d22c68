import type { Device } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Storage, VariableIdentity } from "../graph/storage.ts";
import type { Collected } from "./collect.ts";
import type { Retire } from "./effects.ts";
import type { Work } from "./work.ts";

/** Evaluates pending graphs on one device. */
export interface Executor {
  /** Computes what was gathered and makes its assignments; done on return where the device is synchronous. */
  evaluate(work: Work): void | Promise<void>;
  /** Waits until the device takes more work; nothing where it is done already. */
  ready(): void | Promise<void>;
  read(storage: Storage): Promise<TypedArray>;
  readSync(storage: Storage): TypedArray | null;
  /** Frees versions of variables that are to be assigned, but for those among the values that the program reads. */
  makeRoom(variables: Iterable<HasVersions>, reads: readonly { readonly node: Node }[]): void;
  /** Makes a graph ready to be run again and again with other leaves and numbers. */
  prepare(collected: Collected): Run;
  /** Ends a prepared run: gives variables their new values, and answers for the other ones. */
  settle(values: ReadonlyMap<number, Storage>, assignments: readonly Assignment[]): void;
}

/** Runs a prepared graph: values of the outputs by position. */
export type Run = (
  storageOf: (position: number) => Storage,
  scalarOf: (position: number) => number,
) => ReadonlyMap<number, Storage>;

/** What keeps two versions of its value. */
export interface HasVersions {
  /** What versions know their variable by. */
  readonly identity: VariableIdentity;
  /** Whether new values overwrite old ones: then there is one version. */
  readonly inPlace: boolean;
  retirePrevious(retire: Retire): void;
}

/** A value for a variable. */
export interface Assignment {
  readonly variable: HasVersions & { adopt(storage: Storage, device: Device): void };
  readonly storage: Storage;
}
