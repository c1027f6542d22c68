import type { Backend, Program } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Graph } from "../graph/graph.ts";
import { planGraph } from "../planner/planner.ts";

/** Programs that copy a buffer on the device: slot 0 to slot 1. One for each size and dtype. */
export class DeviceCopies {
  readonly #backend: Backend;
  readonly #programs = new Map<string, Program | Promise<Program>>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  program(dtype: DType, size: number): Program | Promise<Program> {
    const key = `${dtype} ${size}`;
    let program = this.#programs.get(key);
    if (program === undefined) {
      const shape = [size];
      const graph: Graph = {
        nodes: [
          { kind: "leaf", attributes: null, inputs: [], shape, dtype },
          { kind: "reshape", attributes: null, inputs: [0], shape, dtype },
        ],
        outputs: [1],
      };
      program = this.#backend.compile(planGraph(graph, this.#backend.profile).steps);
      this.#programs.set(key, program);
    }
    return program;
  }
}
