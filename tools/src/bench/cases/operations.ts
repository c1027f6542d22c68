import { type Tensor, add, conv2d, matmul, maxPool2d, mul, relu, run, softmax, sum, transpose } from "@minima/tensor";
import type { BenchCase, Work } from "../case.ts";
import { filled } from "../fill.ts";
import { timedCase } from "./timed-case.ts";

/** Runs one operation to its end without copying the result out; the check is the result's last element. */
function operation(apply: () => Tensor): Work {
  let result: Tensor;
  return {
    async run() {
      result = apply();
      await run(result);
    },
    async check() {
      return (await result.data())[result.size - 1];
    },
  };
}

type Product = (a: Tensor, b: Tensor) => Tensor;

function product(suffix: string, n: number, expected: number, multiply: Product = matmul): BenchCase {
  return timedCase(`matmul_${suffix}`, { operations: 2 * n ** 3, expected }, () => {
    const [a, b] = [filled([n, n], 1, 1), filled([n, n], 1, 2)];
    return operation(() => multiply(a, b));
  });
}

/** A same-padded square filter over a batch of 64. */
function convolution(
  name: string,
  extent: number,
  channels: number,
  outputs: number,
  kernel: number,
  expected: number,
) {
  const operations = 2 * 64 * extent ** 2 * kernel ** 2 * channels * outputs;
  return timedCase(name, { operations, expected }, () => {
    const x = filled([64, channels, extent, extent]);
    const weight = filled([outputs, channels, kernel, kernel]);
    return operation(() => conv2d(x, weight, { padding: "same" }));
  });
}

function axisSum(axis: number, expected: number): BenchCase {
  return timedCase(`sum_axis${axis}_1024`, { expected }, () => {
    const x = filled([1024, 1024]);
    return operation(() => sum(x, { axis }));
  });
}

/** Single operations. */
export const operationCases: readonly BenchCase[] = [
  product("128", 128, 12.063),
  product("256", 256, -4.2217),
  product("512", 512, -4.9897),
  product("1024", 1024, 6.4324),
  product("2048", 2048, 3.4576),
  product("tn_512", 512, 9.0229, (a, b) => matmul(transpose(a), b)),
  product("nt_512", 512, 2.8827, (a, b) => matmul(a, transpose(b))),
  timedCase("ew_relu_mul_add_1e6", { expected: 1.3994 }, () => {
    const [a, b, c] = [1, 2, 3].map((seed) => filled([1e6], 1, seed));
    return operation(() => relu(add(mul(a, b), c)));
  }),
  timedCase("softmax_1024x1000", { expected: 0.00078467 }, () => {
    const x = filled([1024, 1000]);
    return operation(() => softmax(x));
  }),
  axisSum(0, -21.319),
  axisSum(1, 12.531),
  convolution("conv5x5_28_1_32_b64", 28, 1, 32, 5, 1.052),
  convolution("conv3x3_14_32_64_b64", 14, 32, 64, 3, 5.7993),
  timedCase("maxpool2_28x28x32_b64", { expected: 0.52844 }, () => {
    const x = filled([64, 32, 28, 28]);
    return operation(() => maxPool2d(x, 2));
  }),
];
