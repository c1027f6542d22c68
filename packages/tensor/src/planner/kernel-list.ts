import type { BackendProfile } from "../backend.ts";
import type { Step } from "../kernel/step.ts";
import { type Draft, inEqualLoops, inLoopsOfOne, tryMerge } from "./join-kernels.ts";
import type { LoopContext, Root } from "./loop-builder.ts";

/** Of the kernels that read the same value, so many are asked to take in another one, the last first. */
const mostHosts = 32;

/** The kernels of a program as far as it is put together, in the order in which they run. */
export class KernelList {
  readonly all: (Draft | Step)[] = [];
  readonly #context: LoopContext;
  readonly #profile: BackendProfile;
  /** The last kernel that computes a node. */
  readonly #kernelOf = new Map<number, number>();
  /** The loop kernels that read a node, ascending. */
  readonly #readers = new Map<number, number[]>();

  constructor(context: LoopContext, profile: BackendProfile) {
    this.#context = context;
    this.#profile = profile;
  }

  addAnchor(node: number, step: Step): void {
    this.#kernelOf.set(node, this.all.push(step) - 1);
  }

  /** Adds a kernel that stores into a node, or a part of it, to an earlier one it can run together with, or to the end. */
  join(into: number, draft: Draft): void {
    const { reads } = draft.builder;
    let needs = -1;
    for (const node of reads) needs = Math.max(needs, this.#kernelOf.get(node) ?? -1);
    for (const at of this.#hostsOf(reads, needs)) {
      const host = this.all[at];
      if (!("builder" in host)) continue;
      const isConsumer = at === needs && host.roots.some((root) => reads.has(root.into));
      if (!isConsumer && boundTogether(host, draft) > this.#profile.maxSlotsPerStep) continue;
      const joined = isConsumer ? inLoopsOfOne(host, draft, this.#context) : inEqualLoops(host, draft);
      const merged = joined === null ? null : tryMerge(host, joined, this.#context, this.#profile);
      if (merged === null) continue;
      this.#place(into, at, merged);
      return;
    }
    this.#place(into, this.all.length, draft);
  }

  /**
   * Lets the kernel that writes a join part by part write the parts into a join of joins as well, instead of a copy after
   * it.
   */
  storeTwice(join: number, { into, offset }: Pick<Root, "into" | "offset">): boolean {
    const at = this.#kernelOf.get(join) ?? -1;
    const node = this.#context.graph.nodes[join];
    if (at < 0 || node.kind !== "concat") return false;
    const host = this.all[at];
    if (!("builder" in host)) return false;
    const parts = host.roots.filter((root) => root.into === join);
    if (parts.length !== node.inputs.length) return false;
    const copies = parts.map((part) => ({ ...part, into, offset: offset.map((o, axis) => o + part.offset[axis]) }));
    const merged = tryMerge(host, [host, [...host.roots, ...copies]], this.#context, this.#profile);
    if (merged === null) return false;
    this.#place(into, at, merged);
    return true;
  }

  /** The kernel that computes the last of what is read, and those behind it that read some of the same; the last first. */
  #hostsOf(reads: ReadonlySet<number>, needs: number): number[] {
    const hosts = new Set<number>();
    for (const node of reads) {
      const readers = this.#readers.get(node) ?? [];
      const first = Math.max(0, readers.length - mostHosts);
      for (let i = readers.length - 1; i >= first && readers[i] > needs; i--) hosts.add(readers[i]);
    }
    if (needs >= 0) hosts.add(needs);
    return [...hosts].sort((a, b) => b - a);
  }

  #place(into: number, at: number, draft: Draft): void {
    this.all[at] = draft;
    this.#kernelOf.set(into, Math.max(this.#kernelOf.get(into) ?? 0, at));
    for (const node of draft.builder.reads) this.#addReader(node, at);
  }

  #addReader(node: number, at: number): void {
    const readers = this.#readers.get(node);
    if (readers === undefined) {
      this.#readers.set(node, [at]);
      return;
    }
    let i = readers.length;
    while (i > 0 && readers[i - 1] > at) i--;
    if (readers[i - 1] !== at) readers.splice(i, 0, at);
  }
}

/** How many buffers two kernels bind that do not read what the other one stores. */
function boundTogether(a: Draft, b: Draft): number {
  const written = new Set([...a.roots, ...b.roots].map(({ into }) => into));
  let bound = written.size + a.builder.reads.size;
  for (const node of b.builder.reads) if (!a.builder.reads.has(node)) bound++;
  return bound;
}
