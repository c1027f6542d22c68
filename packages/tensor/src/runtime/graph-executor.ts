import type { GraphEvaluator } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { MinimaError } from "../errors.ts";
import { prunePending } from "../graph/pending.ts";
import { Storage, leakedTensorError } from "../graph/storage.ts";
import { type Collected, toGraph } from "./collect.ts";
import type { Assignment, Executor, Run } from "./executor.ts";
import type { Work } from "./work.ts";

/** Evaluates by a device that takes whole graphs. */
export class GraphExecutor implements Executor {
  readonly #evaluator: GraphEvaluator;

  constructor(evaluator: GraphEvaluator) {
    this.#evaluator = evaluator;
  }

  evaluate({ collected, assignments }: Work): void {
    const { nodes, outputs } = collected;
    if (outputs.length > 0) {
      const valueOf = (position: number): TypedArray => {
        const { storage } = nodes[position];
        if (storage === null) throw leakedTensorError(nodes[position]);
        return hostOf(storage);
      };
      const values = this.#evaluator.evaluate(toGraph(collected), valueOf, (position) => nodes[position].value);
      outputs.forEach((position, i) => {
        const node = nodes[position];
        node.storage = new Storage(node.dtype, node.size, values[i]);
        if (!node.requiresGrad) node.dropInputs();
      });
      for (const node of nodes) if (node.storage === null) node.evaluated = true;
      prunePending();
    }
    for (const assignment of assignments) {
      assignment.version.dropInputs();
      assignment.commit(this.#evaluator);
    }
  }

  ready(): void {}

  makeRoom(): void {} // values lie on the host, where the collector frees them

  prepare(collected: Collected): Run {
    const graph = toGraph(collected);
    return (storageOf, scalarOf) => {
      const valueOf = (position: number): TypedArray => this.readSync(storageOf(position));
      const values = this.#evaluator.evaluate(graph, valueOf, scalarOf);
      return new Map(
        collected.outputs.map((position, i) => {
          const { dtype, size } = collected.nodes[position];
          return [position, new Storage(dtype, size, values[i])];
        }),
      );
    };
  }

  settle(_: ReadonlyMap<number, Storage>, assignments: readonly Assignment[]): void {
    for (const { variable, storage } of assignments) variable.adopt(storage, this.#evaluator);
  }

  read(storage: Storage): Promise<TypedArray> {
    return Promise.resolve(this.readSync(storage));
  }

  readSync(storage: Storage): TypedArray {
    return hostOf(storage).slice();
  }
}

/** A value on the host; one that another backend has computed is copied, where that needs no waiting. */
function hostOf(storage: Storage): TypedArray {
  const { buffer, backend, dtype, size } = storage;
  const host = (storage.host ??= (buffer && backend?.readSync?.(buffer, dtype, size)) ?? null);
  if (host === null) throw new MinimaError("a value of another device reached the evaluator");
  return host;
}
