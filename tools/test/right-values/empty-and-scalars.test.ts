import "@minima/autograd";
import {
  add, argmax, argsort, avgPool1d, avgPool2d, concat, cummax, cumprod, cumsum, flip, indexSelect, logSoftmax, logsumexp, max, maxPool1d, maxPool2d, mean, pad,
  prod, scaledDotProductAttention, slice, softmax, sort, sum, tensor, topk, variance, zeros, type Tensor,
} from "@minima/tensor"; // prettier-ignore
import { testRefused, testValues } from "./values.ts";

const gradient = async (f: (x: Tensor) => Tensor, x: Tensor): Promise<Tensor> => {
  sum(f(x)).backward();
  return x.grad ?? zeros(x.shape);
};
const leaf = (data: number[], shape: number[]) => tensor(data, { shape, requiresGrad: true });

testValues("what is empty", [
  ["mean of nothing", () => mean(zeros([0])), [NaN], []],
  ["mean along an empty axis", () => mean(zeros([2, 0]), { axis: 1 }), [NaN, NaN], [2]],
  ["mean of a tensor without elements", () => mean(tensor([], { shape: [0] })), [NaN], []],
  ["variance of nothing", () => variance(tensor([], { shape: [0] })), [NaN], []],
  ["sum and product of nothing", () => add(sum(zeros([0])), prod(zeros([0]))), [1], []],
  ["softmax over nothing", () => softmax(zeros([2, 0])), [], [2, 0]],
  ["softmax of no lines", () => softmax(zeros([0, 3])), [], [0, 3]],
  ["logSoftmax over nothing", () => logSoftmax(zeros([2, 0])), [], [2, 0]],
  ["logsumexp over nothing", () => logsumexp(zeros([2, 0]), { axis: 1 }), [-Infinity, -Infinity], [2]],
  ["its gradient", () => gradient((x) => logsumexp(x, { axis: 1 }), leaf([], [2, 0])), [], [2, 0]],
  ["gradient of softmax over nothing", () => gradient((x) => softmax(x), leaf([], [2, 0])), [], [2, 0]],
  ["attention with no keys", () => scaledDotProductAttention(zeros([2, 3]), zeros([0, 3]), zeros([0, 4])), new Array<number>(8).fill(0), [2, 4]],
  ["attention with no queries", () => scaledDotProductAttention(zeros([0, 3]), zeros([2, 3]), zeros([2, 4])), [], [0, 4]],
  ["a slice of nothing", () => slice(tensor([1, 2]), [[2, 2]]), [], [0]],
  ["a pad that cuts all", () => pad(tensor([5]), [1, -1]), [0], [1]],
  ["a pad that cuts the other end", () => pad(tensor([5]), [-1, 1]), [0], [1]],
  ["a pad that cuts all and adds more", () => pad(tensor([5, 6]), [-2, 3]), [0, 0, 0], [3]],
  ["concat with nothing", () => concat([zeros([0]), tensor([1])]), [1], [1]],
  ["running sums of nothing", () => cumsum(zeros([0]), 0), [], [0]],
  ["running products of nothing", () => cumprod(zeros([2, 0]), 1), [], [2, 0]],
  ["sorting nothing", () => sort(zeros([2, 0])).values, [], [2, 0]],
  ["selecting nothing", () => indexSelect(tensor([1, 2]), 0, tensor([], { shape: [0], dtype: "int32" })), [], [0]],
]); // prettier-ignore

testValues("scalars with an axis", [
  ["softmax", () => softmax(tensor(3)), [1], []],
  ["softmax along 0", () => softmax(tensor(3), 0), [1], []],
  ["logSoftmax", () => logSoftmax(tensor(3)), [0], []],
  ["cumsum", () => cumsum(tensor(3), 0), [3], []],
  ["cumprod", () => cumprod(tensor(3), -1), [3], []],
  ["cummax", () => cummax(tensor(3), 0).indices, [0], []],
  ["sort", () => sort(tensor(3)).values, [3], []],
  ["argsort", () => argsort(tensor(3), { axis: 0 }), [0], []],
  ["topk", () => topk(tensor(3), 1).values, [3], []],
  ["sum", () => sum(tensor(3), { axis: 0 }), [3], []],
  ["mean", () => mean(tensor(3), { axis: -1, keepDims: true }), [3], []],
  ["max", () => max(tensor(3), { axis: 0 }).values, [3], []],
  ["argmax", () => argmax(tensor(3), { axis: -1 }), [0], []],
  ["flip", () => flip(tensor(3), 0), [3], []],
  ["the gradient of softmax", () => gradient((x) => softmax(x), leaf([3], [])), [0], []],
]);

const column = (n: number) => tensor(Array.from({ length: n }, (_, i) => i + 1), { shape: [1, 1, n] }); // prettier-ignore
testValues("a window larger than the input, in ceilMode", [
  ["maxPool1d", () => maxPool1d(column(4), 5, { stride: 2, ceilMode: true }), [4], [1, 1, 1]],
  ["avgPool1d", () => avgPool1d(column(4), 5, { stride: 2, ceilMode: true }), [2.5], [1, 1, 1]],
  ["maxPool2d", () => maxPool2d(tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] }), 3, { stride: 2, ceilMode: true }), [4], [1, 1, 1, 1]],
  ["avgPool2d", () => avgPool2d(tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] }), 3, { stride: 2, ceilMode: true }), [2.5], [1, 1, 1, 1]],
]); // prettier-ignore

testRefused("axes that there are not", [
  ["softmax of a scalar along 1", () => softmax(tensor(3), 1), /^softmax: axis 1/],
  ["sort of a scalar along -2", () => sort(tensor(3), { axis: -2 }), /^sort: axis -2/],
  ["cumsum of a vector along 1", () => cumsum(tensor([3]), 1), /^cumsum: axis 1/],
  ["a window that is too large without ceilMode", () => maxPool1d(column(4), 5, { stride: 2 }), /^maxPool1d: a window/],
  [
    "one that is too large with it",
    () => maxPool1d(column(3), 5, { stride: 2, ceilMode: true }),
    /^maxPool1d: a window/,
  ],
]);
