import { MinimaError } from "../errors.ts";
import { createLeaf } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import { restoringCounters } from "../graph/host-counter.ts";
import type { Executor, Run } from "../runtime/executor.ts";
import { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { LeafSource, Recording } from "./record.ts";
import type { CallInputs } from "./signature.ts";
import { mapLeaves } from "./tree.ts";

/** A variable, and where the value that it gets comes from. */
interface Place {
  readonly variable: Variable;
  readonly node: Node;
  readonly position: number;
}

/** A recording bound to its places: runs without touching the graph. */
export class Replay {
  readonly #recording: Recording;
  readonly #sources: (LeafSource | null)[];
  /** The variables whose values it reads. */
  readonly variables: readonly Variable[];
  /** The device that captured tensors are on; null if they are on none. */
  readonly device: Node["device"];
  readonly #positions: ReadonlyMap<Node, number>;
  readonly #assignments: readonly Place[];
  readonly #assigned: readonly Variable[];
  /** The identities of the variables that it assigns. */
  readonly assigned: ReadonlySet<object>;
  /** Inputs and variables that the function returns as they are. */
  readonly #passed: readonly Pick<Place, "node" | "position">[];
  #prepared: { readonly executor: Executor; readonly run: Run } | null = null;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#sources = recording.collected.nodes.map((node): LeafSource | null => {
      const source = recording.leaves.get(node);
      if (source !== undefined) return source;
      if (node.storage === null) return null;
      node.storage.kept = true; // whoever else lets go of it
      return { kind: "constant", storage: node.storage };
    });
    const { nodes } = recording.collected;
    this.#positions = new Map(nodes.map((node, position) => [node, position]));
    this.device = nodes.find(({ device }) => device !== null)?.device ?? null;
    this.#assignments = Array.from(recording.assignments, ([variable, node]) => {
      return { variable, node, position: this.#positions.get(node) ?? -1 };
    });
    this.#assigned = [...recording.assignments.keys()];
    this.assigned = new Set(this.#assigned.map(({ identity }) => identity));
    const passed = new Map<Node, number>();
    mapLeaves(recording.result, (leaf) => {
      const position = leaf instanceof Tensor ? this.#positions.get(leaf.node) : undefined;
      if (position !== undefined && this.#sources[position] !== null) passed.set(nodes[position], position);
    });
    this.#passed = Array.from(passed, ([node, position]) => ({ node, position }));
    this.variables = this.#sources.flatMap((source) => (source?.kind === "variable" ? [source.variable] : []));
  }

  /** Runs the program, assigns the variables, and gives the function's result. */
  run(executor: Executor, inputs: CallInputs): unknown {
    const { collected, host, numbers, result } = this.#recording;
    if (this.#prepared?.executor !== executor) this.#prepared = { executor, run: executor.prepare(collected) };
    const { run } = this.#prepared;
    // What is wrong with a number is said before anything has happened.
    for (const [node, { input, convert }] of numbers) node.value = convert(inputs.numbers[input]);
    const storageOf = (position: number): Storage => this.#storageOf(position, inputs);
    const passed = new Map(this.#passed.map(({ node, position }) => [node, storageOf(position)]));
    for (const storage of passed.values()) if (storage.version !== null) storage.kept = true; // it outlives the update
    const values = restoringCounters(() => {
      for (const action of host) {
        if (action.kind === "effect") action.run();
        else action.node.value = action.provider();
      }
      executor.makeRoom(this.#assigned, inputs.tensors);
      return run(storageOf, (position) => collected.nodes[position].value);
    });
    const assignments = this.#assignments.map(({ variable, node, position }) => {
      return { variable, storage: this.#valueOf(node, position, values, inputs) };
    });
    executor.settle(values, assignments);
    return mapLeaves(result, (leaf) => {
      if (!(leaf instanceof Tensor)) return leaf;
      const storage =
        passed.get(leaf.node) ?? this.#valueOf(leaf.node, this.#positions.get(leaf.node) ?? -1, values, inputs);
      const options = { requiresGrad: false, device: leaf.node.device };
      return new Tensor(createLeaf(leaf.shape, leaf.dtype, storage, options));
    });
  }

  /** The value of a node that was returned or assigned. */
  #valueOf(node: Node, position: number, values: ReadonlyMap<number, Storage>, inputs: CallInputs): Storage {
    if (node.storage !== null) return node.storage;
    return values.get(position) ?? this.#storageOf(position, inputs);
  }

  #storageOf(position: number, inputs: CallInputs): Storage {
    const source = this.#sources[position];
    const storage =
      source === null
        ? null
        : source.kind === "constant"
          ? source.storage
          : source.kind === "input"
            ? inputs.tensors[source.index].node.storage
            : source.variable.node.storage;
    if (storage === null) throw new MinimaError("compile: an input of the program has no value");
    storage.checkFresh(this.#recording.collected.nodes[position]);
    return storage;
  }
}
