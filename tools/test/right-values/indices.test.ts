import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { crossEntropy } from "@minima/layers";
import {
  add, cast, compile, debug, full, gather, indexAdd, indexPut, indexSelect, mul, oneHot, reshape, scatter, scatterAdd, scatterReduce, sort, takeAlongDim, setBackend, sum, tensor, zeros, type Tensor,
} from "@minima/tensor"; // prettier-ignore
import { describe, expect, it } from "vitest";
import { testRefused, testValues } from "./values.ts";

/** Indices that a device computes. */
const computed = (...values: number[]) => add(tensor(values, { dtype: "int32" }), 0);
const given = (...values: number[]) => tensor(values, { dtype: "int32" });
const floats = () => tensor([1, 2, 3]);
const logits = () => tensor([[1, 2], [3, 4]]); // prettier-ignore

testValues("indices outside that a device computed", [
  ["gather reads NaN", () => gather(floats(), 0, computed(-1, 1, 3)), [NaN, 2, NaN]],
  ["of integers 0", () => gather(given(1, 2, 3), 0, computed(-1, 1, 3)), [0, 2, 0]],
  ["of bytes 0", () => gather(tensor(Uint8Array.of(1, 2, 3)), 0, computed(3, 1, -7, 2, 0)), [0, 2, 0, 3, 1]],
  ["from an axis without elements", () => gather(zeros([0]), 0, computed(0, 1)), [NaN, NaN]],
  ["indexSelect of rows", () => indexSelect(tensor([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]), 0, computed(1, 2)), [6, 7, 8, 9, 10, NaN, NaN, NaN, NaN, NaN]],
  ["scatterAdd leaves them out", () => scatterAdd(floats(), 0, computed(-1, 1, 3), 10), [1, 12, 3]],
  ["scatter leaves them out", () => scatter(floats(), 0, computed(5, 1), tensor([7, 8])), [1, 8, 3]],
  ["indexAdd leaves them out", () => indexAdd(floats(), 0, computed(3, 2), tensor([7, 8])), [1, 2, 11]],
  ["into an axis without elements", () => scatterAdd(zeros([0]), 0, computed(0), 1), []],
  ["oneHot gives zeros", () => oneHot(computed(1, 2), 2), [0, 1, 0, 0]],
  ["crossEntropy is NaN", () => crossEntropy(logits(), computed(0, 2)), [NaN]],
  ["crossEntropy of a negative class too", () => crossEntropy(logits(), computed(-1, 1)), [NaN]],
  ["no gradient flows from them", async () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    sum(mul(gather(x, 0, computed(-1, 1, 3)), 2)).backward();
    return x.grad as Tensor;
  }, [0, 2, 0]],
  ["of nothing there is an empty gradient", async () => {
    const x = tensor([], { shape: [2, 0], requiresGrad: true });
    sum(sort(x).values).backward();
    return x.grad as Tensor;
  }, []],
  ["from nothing nothing flows", async () => {
    const x = tensor([], { shape: [0], requiresGrad: true });
    sum(gather(x, 0, computed(0, 1))).backward();
    return x.grad as Tensor;
  }, []],
  ["indexPut leaves them out", () => indexPut(floats(), [computed(5, 1)], 7), [1, 7, 3]],
  ["scatterReduce too", () => scatterReduce(floats(), 0, computed(5, 1), 7, { reduce: "sum" }), [1, 9, 3]],
  ["nor to what was left out", async () => {
    const source = tensor([1, 2, 3], { requiresGrad: true });
    sum(mul(scatterAdd(floats(), 0, computed(-1, 1, 3), source), 2)).backward();
    return source.grad as Tensor;
  }, [0, 2, 0]],
]); // prettier-ignore

describe("indices from the host", () => {
  testRefused("outside", [
    ["gather", () => gather(floats(), 0, given(0, 3)), /^gather: index 3 lies outside of 0 to 2/],
    [
      "from an axis without elements",
      () => gather(zeros([0]), 0, given(0)),
      /^gather: index 0 lies outside of an axis/,
    ],
    ["negative", () => indexSelect(floats(), 0, given(-1)), /^indexSelect: index -1/],
    ["scatterAdd", () => scatterAdd(floats(), 0, given(5), 1), /^scatterAdd: index 5/],
    ["scatter", () => scatter(floats(), 0, given(-2), 1), /^scatter: index -2/],
    ["indexAdd", () => indexAdd(floats(), 0, given(3), tensor([1])), /^indexAdd: index 3/],
    ["unsigned", () => gather(floats(), 0, tensor([2 ** 32 - 1], { dtype: "uint32" })), /^gather: index 4294967295/],
    [
      "reshaped",
      () =>
        gather(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          1,
          reshape(given(0, 2), [2, 1]),
        ),
      /^gather: index 2/,
    ],
    [
      "repeated for rows",
      () =>
        indexSelect(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          1,
          given(0, 4),
        ),
      /^indexSelect: index 4/,
    ],
    ["added at columns", () => indexAdd(tensor([[1, 2]]), 1, given(4), tensor([[1]])), /^indexAdd: index 4/],
    [
      "one number everywhere",
      () => indexSelect(floats(), 0, full([2], 7, { dtype: "int32" })),
      /^indexSelect: index 7/,
    ],
    ["oneHot", () => oneHot(given(0, 2), 2), /^oneHot: index 2/],
    ["crossEntropy with class 10 of 10", () => crossEntropy(zeros([1, 10]), given(10)), /^crossEntropy: index 10/],
    ["takeAlongDim", () => takeAlongDim(floats(), given(3), 0), /^takeAlongDim: index 3/],
    ["indexPut", () => indexPut(floats(), [given(5)], 1), /^indexPut: index 5/],
    ["scatterReduce", () => scatterReduce(floats(), 0, given(5), 1, { reduce: "amax" }), /^scatterReduce: index 5/],
    [
      "scatterReduce into nothing",
      () => scatterReduce(zeros([0]), 0, given(0), 1, { reduce: "sum" }),
      /^scatterReduce: index 0/,
    ],
    ["crossEntropy with class -1", () => crossEntropy(zeros([1, 10]), given(-1)), /^crossEntropy: index -1/],
  ]);

  it("may be the class that is ignored", async () => {
    setBackend(cpu({ threads: 1 }));
    expect(await crossEntropy(logits(), given(0, -100)).item()).toBeCloseTo(Math.log1p(Math.exp(1)), 6);
    expect(await crossEntropy(logits(), given(0, 7), { ignoreIndex: 7 }).item()).toBeCloseTo(1.3132617, 6);
  });

  it("are checked at each call of a compiled function", async () => {
    setBackend(cpu({ threads: 1 }));
    const loss = compile((labels: Tensor) => crossEntropy(logits(), labels));
    for (let i = 0; i < 6; i++) await loss(given(i % 2, 1));
    await expect(loss(given(0, 2))).rejects.toThrow(/^crossEntropy: index 2/);
    expect(await (await loss(given(0, 1))).item()).toBeCloseTo(0.8132617, 6);
  });

  it("are found by debug.checkIndices where a device computed them", async () => {
    setBackend(cpu({ threads: 1 }));
    const picked = gather(floats(), 0, cast(mul(tensor([0, 4.2]), 1), "int32"));
    const found: readonly (readonly [Tensor, RegExp])[] = [
      [mul(picked, 2), /^gather: element 1 of the index \[2\] is 4.*extent 3/],
      [scatterAdd(floats(), 0, computed(0, -1), 1), /^scatterAdd: element 1/],
      [indexPut(zeros([3, 2]), [computed(1, 3)], 1), /^indexPut: element 1 of the index \[2\] is 3/],
      [scatterReduce(floats(), 0, computed(0, 5), 1, { reduce: "amax" }), /^scatterReduce: element 1 .* is 5/],
      [oneHot(computed(0, 2), 2), /^oneHot: element 1 .* is 2/],
      [crossEntropy(logits(), computed(0, 2)), /^crossEntropy: element 1 .* is 2/],
    ];
    for (const [result, message] of found) await expect(debug.checkIndices(result)).rejects.toThrow(message);
    const right = gather(floats(), 0, computed(0, 2));
    await debug.checkIndices(right);
    await debug.checkIndices(crossEntropy(logits(), computed(0, -100)));
    await right.data();
    await expect(debug.checkIndices(right)).rejects.toThrow(/has been computed already.*before it is read/);
  });
});
