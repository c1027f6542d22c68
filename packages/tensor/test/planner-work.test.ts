import { describe, expect, it } from "vitest";
import type { BackendProfile, Graph, GraphNode } from "../src/index.ts";
import { Interner } from "../src/planner/interner.ts";
import { planGraph } from "../src/planner/planner.ts";

const base = { shape: [2, 3], dtype: "float32", attributes: null } as const;

class GraphBuilder {
  readonly nodes: GraphNode[] = [];

  add(kind: "leaf" | "fill" | "mul" | "add", ...inputs: number[]): number {
    return this.nodes.push({ kind, inputs, ...base }) - 1;
  }
}

/** x · w · w · …, and what the gradients by w of all products add up to. */
function sharedFactor(length: number): Graph {
  const graph = new GraphBuilder();
  const [x, w] = [graph.add("leaf"), graph.add("leaf")];
  const values = [x];
  for (let i = 0; i < length; i++) values.push(graph.add("mul", values[i], w));
  let gradient = graph.add("fill");
  let total = graph.add("fill");
  for (let i = length - 1; i >= 0; i--) {
    total = graph.add("add", total, graph.add("mul", gradient, values[i]));
    gradient = graph.add("mul", gradient, w);
  }
  return { nodes: graph.nodes, outputs: [total, gradient] };
}

/** Outputs of their own that read the same leaf, each with numbers of its own. */
function manyOutputs(length: number): Graph {
  const graph = new GraphBuilder();
  const x = graph.add("leaf");
  const outputs = Array.from({ length }, () =>
    graph.add("mul", graph.add("leaf"), graph.add("add", x, graph.add("fill"))),
  );
  return { nodes: graph.nodes, outputs };
}

/** The same graph, and how often the kind of a node has been asked for. */
function counted(graph: Graph): { readonly graph: Graph; readonly looks: () => number } {
  let looks = 0;
  const nodes = graph.nodes.map(({ kind, ...rest }) => {
    const watched = {
      ...rest,
      get kind() {
        looks++;
        return kind;
      },
    };
    return watched as GraphNode; // of the same kind
  });
  return { graph: { ...graph, nodes }, looks: () => looks };
}

const profiles: readonly [string, BackendProfile][] = [
  ["64", { maxSlotsPerStep: 64, synchronous: true }],
  ["8", { maxSlotsPerStep: 8, synchronous: false }],
];

describe("planning takes work in proportion to the graph", () => {
  it.each(
    profiles.flatMap(([buffers, profile]) => [
      { name: "the gradient of a factor of many products", make: sharedFactor, buffers, profile },
      { name: "many outputs of one leaf", make: manyOutputs, buffers, profile },
    ]),
  )("$name, where a kernel may bind $buffers buffers", ({ make, profile }) => {
    const looks = [300, 1200].map((length) => {
      const { graph, looks } = counted(make(length));
      planGraph(graph, profile);
      return looks();
    });
    expect(looks[1]).toBeLessThan(4.5 * looks[0]);
  });
});

describe("numbers for lists", () => {
  it("are equal for equal lists", () => {
    const interner = new Interner();
    const lists = [[1, 2], [2, 1], [], [1, 2, 0], [-1, 2]];
    expect(lists.map((list) => interner.numberOf(list))).toEqual([0, 1, 2, 3, 4]);
    expect(lists.toReversed().map((list) => interner.numberOf([...list]))).toEqual([4, 3, 2, 1, 0]);
  });
});
