import { reference, setBackend, tensor } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { accuracy, confusionMatrix } from "../src/index.ts";

beforeAll(() => setBackend(reference()));

const output = () => tensor([[1, 2, 0], [3, 1, 0], [0, 1, 2], [5, 4, 3]]); // prettier-ignore
const indices = () => tensor([1, 0, 1, 2], { dtype: "int32" });
const oneHot = () => tensor([[0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]); // prettier-ignore

describe.each([
  ["class indices", indices],
  ["one-hot vectors", oneHot],
])("with %s", (_name, target) => {
  it("accuracy counts the rows whose largest output is right", async () => {
    const metric = accuracy();
    const statistics = metric.measure(output(), target());
    expect(statistics.shape).toEqual([]);
    expect(metric.value(Float64Array.from(await statistics.data()), 4)).toBe(0.5);
  });

  it("confusionMatrix counts predicted classes for each actual class", async () => {
    const metric = confusionMatrix();
    const statistics = metric.measure(output(), target());
    expect(metric.value(Float64Array.from(await statistics.data()), 4)).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });
});

describe("errors", () => {
  it.each([
    ["accuracy", accuracy()],
    ["confusionMatrix", confusionMatrix()],
  ])("%s names the shapes", (name, metric) => {
    expect(() => metric.measure(tensor([1, 2]), indices())).toThrow(
      `${name}: the output must be [n, classes], and is [2]`,
    );
    expect(() => metric.measure(output(), tensor([1, 2], { dtype: "int32" }))).toThrow(
      `${name}: the target must be [4] or [4, 3] to go with the output, and is [2]`,
    );
  });
});
