import { beforeAll, describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { Node, Tensor } from "@minima/tensor";
import { checkGradients } from "../src/index.ts";

// The reference evaluator has attention as a primitive.
beforeAll(() => T.setBackend(T.reference()));

const visible = T.tensor([true, false, true, false, false, false, true, true, true, true, false, true], {
  shape: [4, 3],
});

interface Case {
  readonly name: string;
  readonly options: T.AttentionOptions;
  readonly shapes: readonly (readonly number[])[];
}

const cases: readonly Case[] = [
  { name: "plain", options: {}, shapes: [[2, 4, 3], [2, 3, 3], [2, 3, 5]] }, // prettier-ignore
  { name: "causal, scaled", options: { isCausal: true, scale: 0.7 }, shapes: [[4, 2], [4, 2], [4, 3]] }, // prettier-ignore
  { name: "a query that may see nothing", options: { mask: visible }, shapes: [[4, 2], [3, 2], [3, 2]] }, // prettier-ignore
  {
    name: "a mask added to several heads",
    options: { mask: T.tensor(Float32Array.of(0.5, -Infinity, -1, 2, 0, 0.25), { shape: [2, 3] }) },
    shapes: [[2, 2, 2, 2], [2, 2, 3, 2], [2, 2, 3, 1]],
  }, // prettier-ignore
];

/** The modes of the attention nodes that a tensor is made of. */
function modesOf(result: Tensor): Set<string> {
  const modes = new Set<string>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "attention") modes.add(node.attributes.mode);
    node.inputs.forEach(visit);
  };
  visit(result.node);
  return modes;
}

describe("attention as a primitive", () => {
  const attention =
    (options: T.AttentionOptions) =>
    (...[q, k, v]: Tensor[]): Tensor =>
      T.exp(T.scaledDotProductAttention(q, k, v, options));

  it.each(cases)("has the gradients of finite differences: $name", ({ options, shapes }) => {
    const inputs = shapes.map(irregular);
    expect(checkGradients(attention(options), inputs).worst).toBeLessThan(1e-6);
    expect(checkGradients(attention(options), inputs, { second: true }).worst).toBeLessThan(1e-6);
  });

  it.each(cases)("has the values and gradients of the composition: $name", async ({ options, shapes }) => {
    const results = async (device: T.Device | null) => {
      T.setBackend(device);
      const leaves = shapes.map(irregular).map(({ data, shape }) => {
        return T.tensor(Float32Array.from(data), { shape, requiresGrad: true });
      });
      const result = T.scaledDotProductAttention(leaves[0], leaves[1], leaves[2], options);
      T.sum(T.exp(result)).backward();
      const asked = [result, ...leaves.map(({ grad }) => grad as Tensor)];
      const modes = new Set(asked.flatMap((each) => [...modesOf(each)])); // results forget what made them
      T.setBackend(T.reference());
      const values = await Promise.all(asked.map((each) => each.data()));
      return { modes, values: values.map((each) => [...each]) };
    };
    const [fused, composed] = [await results(T.reference()), await results(null)];
    expect(fused.modes).toEqual(new Set(["forward", "logSumExp", "queryGradient", "keyGradient", "valueGradient"]));
    expect(composed.modes).toEqual(new Set());
    fused.values.forEach((values, i) => {
      values.forEach((value, j) => expect(value).toBeCloseTo(composed.values[i][j], 5));
    });
  });

  it("is left to the composition for masks with gradients, more than a backend's features, and other batches", () => {
    const [q, k, v] = [[2, 4, 3], [2, 3, 3], [2, 3, 5]].map((shape) => T.zeros(shape)); // prettier-ignore
    const mask = T.tensor(new Float32Array(12), { shape: [4, 3], requiresGrad: true });
    expect(modesOf(T.scaledDotProductAttention(q, k, v, { mask }))).toEqual(new Set());
    expect(modesOf(T.scaledDotProductAttention(q, T.zeros([3, 3]), v))).toEqual(new Set());
    T.setBackend({ ...T.reference(), profile: { composites: { attention: { mostFeatures: 4 } } } });
    expect(modesOf(T.scaledDotProductAttention(q, k, v))).toEqual(new Set());
    expect(modesOf(T.scaledDotProductAttention(q, k, q.slice([null, [0, 3]])))).toEqual(new Set(["forward"]));
    T.setBackend(T.reference());
  });
});

function irregular(shape: readonly number[], seed: number) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 2.3 * seed + 0.4)), shape };
}
