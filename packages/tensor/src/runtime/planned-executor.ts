import { type Backend, checkFloat16 } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { OutOfMemoryError, isOutOfMemory } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { prunePending } from "../graph/pending.ts";
import { type Storage, leakedTensorError } from "../graph/storage.ts";
import { planGraph } from "../planner/planner.ts";
import { type Collected, toGraph, withOutputs } from "./collect.ts";
import { takeReplaced } from "./effects.ts";
import type { Assignment, Executor, HasVersions, Run } from "./executor.ts";
import { followNodes } from "./history.ts";
import { lateOutOfMemoryError } from "./out-of-memory.ts";
import { type CachedPlan, PlanCache } from "./plan-cache.ts";
import { ProgramRunner } from "./program-runner.ts";
import { Results } from "./results.ts";
import { Updates } from "./updates.ts";
import type { Work } from "./work.ts";

/** How many plans an executor keeps. */
const planCapacity = 256;
/** Results on a device past this many bytes move to the host. */
const resultBudget = 256 * 2 ** 20;

/** Evaluates by plans and programs. */
export class PlannedExecutor implements Executor {
  readonly backend: Backend;
  readonly plans = new PlanCache(planCapacity);
  readonly results: Results;
  readonly #runner: ProgramRunner;
  readonly #updates: Updates;

  constructor(backend: Backend) {
    this.backend = backend;
    this.results = new Results(backend, resultBudget);
    this.#runner = new ProgramRunner(backend, this.results);
    this.#updates = new Updates(backend, this.results);
  }

  /** Programs submitted so far. */
  get submits(): number {
    return this.#runner.submits;
  }

  evaluate(work: Work): void | Promise<void> {
    for (const storage of takeReplaced(this.backend)) this.results.add(storage);
    if (work.collected.outputs.length > 0) this.#run(work);
    this.results.trim();
    return this.#runner.queue ?? undefined;
  }

  ready(): void | Promise<void> {
    return this.backend.ready?.().catch((error: unknown) => this.#fail(error));
  }

  /** Throws an error of the device; if its memory did not suffice, with who holds it. */
  #fail(error: unknown): never {
    throw isOutOfMemory(error) ? lateOutOfMemoryError(error, this.backend, this.results) : error;
  }

  #run(work: Work): void {
    let { collected } = work;
    for (const node of collected.recomputed) node.plan?.wanted.add(node.planPosition);
    let entry = this.plans.get(collected.key);
    if (entry !== undefined && entry.wanted.size > 0) {
      collected = withOutputs(collected, entry.wanted);
      entry = this.plans.get(collected.key);
    }
    entry ??= this.#plan(collected);
    this.#runEager(entry, { ...work, collected });
  }

  #plan(collected: Collected): CachedPlan {
    for (const { kind, dtype } of collected.nodes) if (dtype === "float16") checkFloat16(kind, this.backend);
    const plan = planGraph(toGraph(collected), this.backend.profile);
    const entry: CachedPlan = {
      key: collected.key,
      plan,
      program: this.backend.compile(plan.steps),
      wanted: new Set(),
    };
    this.plans.set(entry);
    return entry;
  }

  #runEager(entry: CachedPlan, work: Work): void {
    const { nodes } = work.collected;
    const storageOf = (position: number): Storage => {
      const { storage } = nodes[position];
      if (storage === null) throw leakedTensorError(nodes[position]);
      return storage;
    };
    this.#updates.makeRoom(work.assignments, nodes);
    const values = this.#runner.run(entry, nodes, storageOf, (position) => nodes[position].value);
    for (const [position, storage] of values) {
      const node = nodes[position];
      node.storage = storage;
      storage.kept = node.kept;
      if (!node.requiresGrad) node.dropInputs();
    }
    for (let position = 0; position < nodes.length; position++) {
      const node = nodes[position];
      if (node.storage !== null || node.evaluated) continue;
      node.evaluated = true;
      node.plan = entry;
      node.planPosition = position;
    }
    prunePending();
    this.#updates.commit(work);
    for (const storage of values.values()) if (storage.version === null) this.results.add(storage);
    followNodes(nodes);
    this.#updates.tell();
  }

  makeRoom(variables: Iterable<HasVersions>, reads: readonly { readonly node: Node }[]): void {
    this.#updates.makeRoom(
      variables,
      reads.map(({ node }) => node),
    );
  }

  prepare(collected: Collected): Run {
    const entry = this.plans.get(collected.key) ?? this.#plan(collected);
    return (storageOf, scalarOf) => this.#runner.run(entry, collected.nodes, storageOf, scalarOf);
  }

  settle(values: ReadonlyMap<number, Storage>, assignments: readonly Assignment[]): void {
    const results = this.#updates.assign(values, assignments);
    this.#updates.tell();
    for (const storage of results) this.results.add(storage);
    this.results.trim();
  }

  async read(storage: Storage): Promise<TypedArray> {
    if (storage.host === null && this.#runner.queue !== null) await this.#runner.queue; // else as of this call
    if (storage.host !== null) return storage.host.slice();
    if (storage.buffer === null) throw new OutOfMemoryError("the value was lost with its device");
    try {
      return await this.backend.read(storage.buffer, storage.dtype, storage.size);
    } catch (error) {
      return this.#fail(error);
    }
  }

  readSync(storage: Storage): TypedArray | null {
    if (storage.host !== null) return storage.host.slice();
    if (this.backend.readSync === undefined || storage.buffer === null) return null;
    return this.backend.readSync(storage.buffer, storage.dtype, storage.size);
  }
}
