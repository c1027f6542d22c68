import { bytesPerElement } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import { isSmallEnd } from "./small-ends.ts";

/** Which end of the pending graph reads a node or an array, and whether others do. */
interface Reader {
  readonly end: number;
  isShared: boolean;
}

/**
 * Which ends of the pending graph free more memory of the host than their values take. Those for which that is so of the arrays that
 * they alone keep waiting are computed one by one, so that ends of one kind share a plan; of the others those that share
 * such arrays together. Ends are nodes that no other one reads.
 *
 * @returns what to compute, each in one program
 */
export function chooseEnds(pending: readonly Node[]): readonly Node[][] {
  const { ends, order } = belowEnds(pending);
  const groups = new Groups(ends.length);
  const arrays = readArrays(ends, order, groups);
  const own = ends.map(() => 0);
  const shared = ends.map(() => 0); // by group
  for (const [{ host }, { end, isShared }] of arrays) {
    const bytes = host?.byteLength ?? 0;
    if (isShared) shared[groups.of(end)] += bytes;
    else own[end] += bytes;
  }
  const cost = ends.map(({ size, dtype }) => size * bytesPerElement[dtype]);
  const chosen: Node[][] = [];
  const others = new Map<number, number[]>();
  const membersOf = (group: number): number[] => {
    let members = others.get(group);
    if (members === undefined) others.set(group, (members = []));
    return members;
  };
  ends.forEach((node, end) => {
    if (cost[end] < own[end]) chosen.push([node]);
    else membersOf(groups.of(end)).push(end);
  });
  for (const [group, members] of others) {
    const freed = members.reduce((sum, end) => sum + own[end], shared[group]);
    if (members.reduce((sum, end) => sum + cost[end], 0) < freed) chosen.push(members.map((end) => ends[end]));
  }
  return chosen;
}

/** What is to be done for nodes that have waited for long. */
export interface OldNodes {
  /** Ends that are small and need values of variables: computed, so that nothing can take these away. */
  readonly small: readonly Node[];
  /** Nodes that keep given arrays waiting, such as batches: these count, and are freed when they are too many. */
  readonly waiting: ReadonlySet<Node>;
  /** What is below each other end: it belongs to whoever holds it. */
  readonly others: readonly (readonly Node[])[];
}

/** Sorts nodes that have waited for long by what is to be done for them. */
export function sortOld(old: readonly Node[]): OldNodes {
  const isOld = new Set(old);
  const small: Node[] = [];
  const waiting = new Set<Node>();
  const others: Node[][] = [];
  for (const end of belowEnds(old).ends) {
    if (isSmallEnd(end)) {
      small.push(end);
      continue;
    }
    const own = belowEnds([end]).order.filter((node) => isOld.has(node));
    const isWaiting = own.some(({ inputs }) =>
      inputs.some(({ storage }) => storage !== null && storage.isGiven && isOnHost(storage)),
    );
    if (isWaiting) for (const node of own) waiting.add(node);
    else others.push(own);
  }
  return { small, waiting, others };
}

/** Whether an array is on the host alone. */
function isOnHost({ host, buffer }: Storage): boolean {
  return host !== null && buffer === null;
}

/** The ends of the pending graph, and everything below them that has no value, inputs first. */
function belowEnds(pending: readonly Node[]): { readonly ends: readonly Node[]; readonly order: readonly Node[] } {
  const consumed = new Set<Node>();
  for (const node of pending) for (const input of node.inputs) consumed.add(input);
  const ends = pending.filter((node) => !consumed.has(node));
  const order: Node[] = [];
  const opened = new Set<Node>();
  const closed = new Set<Node>();
  const stack = [...ends];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (opened.has(node)) {
      stack.pop();
      if (closed.has(node)) continue;
      closed.add(node);
      order.push(node);
      continue;
    }
    opened.add(node);
    for (const input of node.inputs) if (input.storage === null && !opened.has(input)) stack.push(input);
  }
  return { ends, order };
}

/** The arrays of the host that wait, and who reads them. Ends that share anything become one group. */
function readArrays(ends: readonly Node[], order: readonly Node[], groups: Groups): ReadonlyMap<Storage, Reader> {
  const readers = new Map<Node, Reader>(ends.map((node, end) => [node, { end, isShared: false }]));
  const arrays = new Map<Storage, Reader>();
  for (let i = order.length - 1; i >= 0; i--) {
    const reader = readers.get(order[i]);
    if (reader === undefined) continue;
    for (const input of order[i].inputs) {
      if (input.storage === null) note(readers, input, reader, groups);
      else if (isOnHost(input.storage)) note(arrays, input.storage, reader, groups);
    }
  }
  return arrays;
}

function note<T>(known: Map<T, Reader>, item: T, by: Reader, groups: Groups): void {
  const before = known.get(item);
  if (before === undefined) {
    known.set(item, { ...by });
  } else if (before.end !== by.end || by.isShared) {
    groups.join(before.end, by.end);
    before.isShared = true;
  }
}

/** Disjoint sets of numbers. */
class Groups {
  readonly #parent: number[];

  constructor(count: number) {
    this.#parent = Array.from({ length: count }, (_, i) => i);
  }

  of(item: number): number {
    const parent = this.#parent;
    while (parent[item] !== item) item = parent[item] = parent[parent[item]];
    return item;
  }

  join(a: number, b: number): void {
    this.#parent[this.of(a)] = this.of(b);
  }
}
