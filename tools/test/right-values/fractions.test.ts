import { grad } from "@minima/autograd";
import {
  affineGrid, cdist, convTranspose1d, convTranspose2d, erfc, floorDivide, fmod, gridSample, hypot, median, nanmedian, ones, remainder, reshape,
  tensor, zeros, type Tensor,
} from "@minima/tensor"; // prettier-ignore
import { testValues } from "./values.ts";

const of = (...values: number[]): Tensor => tensor(values);
const tenth = Math.fround(0.1);

testValues("quotients and remainders of floats belong together", [
  ["1 / 0.1 lies below 10", () => floorDivide(of(1, 7, -1), 0.1), [9, 69, -10]],
  ["with the other sign", () => floorDivide(of(1, -1), -0.1), [-10, 9]],
  ["whole quotients stay", () => floorDivide(of(6, -6, 0.5, 0), 0.5), [12, -12, 1, 0]],
  ["a quotient that vanishes", () => floorDivide(of(1e-30, -1e-30, 1e-30), of(-Infinity, Infinity, 1)), [-1, -1, 0]],
  ["by zero", () => floorDivide(of(1, -1, 0), 0), [Infinity, -Infinity, NaN]],
  ["the gradient of remainder by b", () => grad((b: Tensor) => remainder(1, b))(tensor(0.1)) as Tensor, [-9]],
  ["that of fmod", () => grad((b: Tensor) => fmod(1, b))(tensor(0.1)) as Tensor, [-9]],
  ["that of fmod with other signs", () => grad((b: Tensor) => fmod(-1, b))(tensor(0.3)) as Tensor, [3]],
  ["remainder", () => remainder(of(1), 0.1), [Math.fround(1 - 9 * tenth)]],
]);

testValues("infinite and empty operands", [
  ["hypot of infinity and NaN", () => hypot(of(Infinity, NaN, NaN), of(NaN, -Infinity, 1)), [Infinity, Infinity, NaN]],
  ["the gradient of erfc far out", () => grad((x: Tensor) => erfc(x).sum())(of(-Infinity, Infinity, 1e38)) as Tensor, [-0, -0, -0]],
  ["medians of nothing", () => tensor([0]).add(median(zeros([0]))), [NaN]],
  ["of nothing but NaN", () => nanmedian(of(NaN, NaN)), [NaN]],
  ["distances without features", () => cdist(zeros([2, 0]), zeros([1, 0]), { p: Infinity }), [0, 0], [2, 1]],
]); // prettier-ignore

const extreme = tensor([[[[Infinity, -Infinity], [NaN, Infinity]]]]); // prettier-ignore
const volume = (): Tensor => reshape(tensor([0, 1, 2, 3, 4, 5, 6, 7]), [1, 1, 2, 2, 2]);
const identity = (): Tensor => tensor([[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]]); // prettier-ignore
testValues("places far outside, and in volumes", [
  ["border of one pixel", () => gridSample(tensor([[[[7]]]]), extreme, { paddingMode: "border", alignCorners: true }), [7, 7]],
  ["reflection of one pixel", () => gridSample(tensor([[[[7]]]]), extreme, { paddingMode: "reflection", alignCorners: true }), [7, 7]],
  ["zeros", () => gridSample(tensor([[[[7, 8]]]]), extreme), [0, 0]],
  ["the identity of a volume", () => gridSample(volume(), affineGrid(identity(), [1, 1, 2, 2, 2])), [0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 2, 2]],
  ["its middle", () => gridSample(volume(), zeros([1, 1, 1, 1, 3])), [3.5]],
  ["x is the last axis", () => gridSample(volume(), tensor([[[[[1, -1, -1], [-1, -1, 1]]]]]), { alignCorners: true, mode: "nearest" }), [1, 4]],
]); // prettier-ignore

testValues("transposed convolutions whose padding takes all", [
  ["but for the output padding", () => convTranspose1d(ones([1, 1, 1]), ones([1, 1, 1]), { stride: 3, padding: 1, outputPadding: 2, bias: of(7) }), [7], [1, 1, 1]],
  ["of which more is left", () => convTranspose1d(ones([1, 1, 2]), ones([1, 1, 1]), { stride: 4, padding: 3, outputPadding: 3 }), [0, 1], [1, 1, 2]],
  ["along one axis", () => convTranspose2d(ones([1, 1, 1, 2]), ones([1, 1, 1, 1]), { stride: [3, 1], padding: [1, 0], outputPadding: [2, 0] }), [0, 0], [1, 1, 1, 2]],
]); // prettier-ignore
