import type { Device } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import type { Collected } from "./collect.ts";
import { type PendingAssignment, pendingAssignments } from "./effects.ts";

/** Evaluates pending graphs on one device. */
export interface Executor {
  /** Computes the nodes and all pending assignments; done on return where the device is synchronous. */
  evaluate(nodes: readonly Node[]): void | Promise<void>;
  /** Waits until the device takes more work; nothing where it is done already. */
  ready(): void | Promise<void>;
  read(storage: Storage): Promise<TypedArray>;
  readSync(storage: Storage): TypedArray | null;
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

/** A value for a variable. */
export interface Assignment {
  readonly variable: { adopt(storage: Storage, retire: (version: Node) => void): void };
  readonly storage: Storage;
}

/** The pending assignments that a device can make, and what it has to compute for them and for what was asked. */
export function pendingWork(
  device: Device,
  requested: readonly Node[],
): { assignments: PendingAssignment[]; roots: Node[] } {
  const assignments = [...pendingAssignments()].filter(
    ({ version }) => version.device === null || version.device === device,
  );
  const roots = [...requested, ...assignments.map(({ version }) => version)].filter((node) => node.storage === null);
  return { assignments, roots };
}
