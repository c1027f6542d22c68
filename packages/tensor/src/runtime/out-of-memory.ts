import type { Backend } from "../backend.ts";
import { type MinimaError, OutOfMemoryError } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import type { Slot } from "../planner/plan.ts";
import { formatShape } from "../shape.ts";
import type { Results } from "./results.ts";

/** A program that memory does not suffice for, and what else takes memory. */
export interface Shortage {
  readonly backend: Backend;
  readonly results: Results;
  readonly slots: readonly Slot[];
  readonly nodes: readonly Node[];
  readonly storageOf: (position: number) => Storage;
}

/** The error that says what a program asked for, who holds the rest, and what can be done. */
export function outOfMemoryError(cause: MinimaError, shortage: Shortage): OutOfMemoryError {
  const { backend, results, slots, nodes, storageOf } = shortage;
  const outputs = slots.filter((slot) => slot.kind === "output");
  const temporaries = sum(slots, (slot) => (slot.kind === "temporary" ? slot.bytes : 0));
  const copies = sum(slots, (slot) => {
    const position = slot.kind === "leaf" ? slot.node : slot.kind === "update" ? slot.leaf : -1;
    const storage = position < 0 ? null : storageOf(position);
    return storage !== null && (storage.buffer === null || (storage.kept && slot.kind === "update"))
      ? storage.bytes
      : 0;
  });
  const largest = outputs.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  const names = largest.map(({ node, bytes }) => `${describe(nodes[node])} ${formatBytes(bytes)}`);
  const asked = list([
    ["for its results", sum(outputs, ({ bytes }) => bytes)],
    ["for values on the way", temporaries],
    ["for copies of data of the host", copies],
  ]);
  return new OutOfMemoryError(
    `${cause.message}. Asked for by one program: ${asked}` +
      (names.length > 0 ? `; its largest results are ${names.join(", ")}` : "") +
      `. Held besides: ${heldBy(backend, results)}. Nothing has been changed. ${advice}`,
    { cause },
  );
}

/** The error for a device that says only afterwards that its memory did not suffice. */
export function lateOutOfMemoryError(cause: MinimaError, backend: Backend, results: Results): OutOfMemoryError {
  return new OutOfMemoryError(
    `${cause.message}. Held now: ${heldBy(backend, results)}. What the program was to compute is lost, with the ` +
      `variables that it was to update: load them from the last snapshot. ${advice}`,
    { cause },
  );
}

const advice =
  "Smaller batches ask for less; a variable (a model, an optimizer) gives its memory back when nothing refers to it " +
  "any more, a result when it is out of use";

/** Who holds the memory of a device. */
function heldBy(backend: Backend, results: Results): string {
  const stats = backend.stats?.();
  return list([
    ["by variables", (stats?.bytes ?? results.bytes) - results.bytes],
    [`by ${results.count} results that are still in use`, results.bytes],
    [`by ${backend.name} itself`, stats?.ownBytes ?? 0],
  ]);
}

function describe({ kind, shape }: Node): string {
  return `${kind} ${formatShape(shape)}`;
}

/** The amounts that are not zero, with words behind each. */
function list(amounts: readonly (readonly [words: string, bytes: number])[]): string {
  const parts = amounts.filter(([, bytes]) => bytes > 0).map(([words, bytes]) => `${formatBytes(bytes)} ${words}`);
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

function sum<T>(values: readonly T[], bytesOf: (value: T) => number): number {
  return values.reduce((total, value) => total + bytesOf(value), 0);
}
