import { afterAll, describe, expect, it, vi } from "vitest";
import { cpu } from "@minima/backend-cpu";
import * as T from "@minima/tensor";
import {
  type Backend,
  type Device,
  type Step,
  type Tensor,
  type TypedArray,
  reference,
  run,
  setBackend,
} from "@minima/tensor";
import { sharedWebGpu } from "./shared-webgpu.ts";

function waves(shape: readonly number[], seed = 1): Tensor {
  return T.tensor(
    Float32Array.from({ length: T.sizeOf(shape) }, (_, i) => Math.sin((i + 1) * (seed + 0.37))),
    { shape },
  );
}

const heads = (x: Tensor, length: number): Tensor => T.reshape(T.permute(x, [0, 2, 1, 3]), [2, length, -1]);

/** What is computed, and the kernels that it takes. */
const cases: readonly (readonly [name: string, kinds: readonly Step["kind"][], build: () => Tensor | Tensor[]])[] = [
  ["heads side by side", ["matmul"], () => heads(T.matmul(waves([2, 3, 7, 5]), waves([2, 3, 5, 8], 2)), 7)],
  ["heads side by side, of long sums", ["matmul"], () => heads(T.matmul(waves([2, 3, 6, 1500]), waves([2, 3, 1500, 8], 2)), 6)],
  ["heads of one feature", ["matmul"], () => heads(T.matmul(waves([2, 3, 7, 50]), waves([2, 3, 50, 1], 2)), 7)],
  ["a transpose", ["matmul"], () => T.transpose(T.matmul(waves([13, 9]), waves([9, 17], 2)))],
  ["a transpose of a row", ["matmul"], () => T.transpose(T.matmul(waves([1, 90]), waves([90, 17], 2)))],
  ["transposes of a batch", ["matmul"], () => T.transpose(T.matmul(waves([3, 4, 9]), waves([3, 9, 12], 2)), 1, 2)],
  ["parts of rows", ["matmul", "matmul"], () => {
    return T.concat([T.matmul(waves([70, 30]), waves([30, 70], 2)), T.matmul(waves([70, 10], 3), waves([10, 30], 4))], 1);
  }],
  ["parts that end anywhere", ["matmul", "matmul", "matmul"], () => {
    return T.concat([[70, 3], [20, 1], [35, 71]].map(([k, n], i) => T.matmul(waves([60, k], i), waves([k, n], 2))), 1);
  }],
  ["rows below each other", ["matmul", "matmul"], () => {
    return T.concat([T.matmul(waves([64, 30]), waves([30, 41], 2)), T.matmul(waves([40, 20], 3), waves([20, 41], 4))]);
  }],
  ["a part of transposed heads", ["matmul", "loop"], () => {
    const merged = heads(T.matmul(waves([2, 4, 16, 5]), waves([2, 4, 5, 16], 2)), 16);
    return T.concat([merged, waves([2, 16, 64], 5)], 2);
  }],
  ["parts with work behind the whole", ["matmul", "matmul", "loop"], () => {
    const whole = T.concat([T.matmul(waves([64, 30]), waves([30, 64], 2)), T.matmul(waves([64, 20], 3), waves([20, 64], 4))], 1);
    return T.relu(whole);
  }],
  ["a half with work behind it", ["matmul", "matmul", "loop"], () => {
    const whole = T.concat([T.matmul(waves([64, 30]), waves([30, 64], 2)), T.matmul(waves([64, 20], 3), waves([20, 64], 4))]);
    return T.relu(T.slice(whole, [[64, 128]]));
  }],
  ["work behind heads side by side", ["matmul"], () => {
    return T.relu(T.add(heads(T.matmul(waves([2, 3, 7, 5]), waves([2, 3, 5, 8], 2)), 7), waves([24], 3)));
  }],
  ["a result that is read as it is as well", ["matmul", "loop"], () => {
    const product = T.matmul(waves([2, 3, 7, 5]), waves([2, 3, 5, 8], 2));
    return [product, heads(product, 7)];
  }],
  ["a flip, which no product writes", ["matmul", "loop"], () => T.flip(T.matmul(waves([13, 9]), waves([9, 17], 2)), 0)],
  ["a sum that is permuted and read along rows", ["loop", "loop"], () => {
    const x = waves([4, 6, 64]);
    const sums = T.permute(T.sum(x, { axis: 2, keepDims: true }), [1, 0, 2]);
    return [sums, T.add(x, T.slice(T.pad(sums, [0, 0, 0, 2]), [[0, 4]])), T.add(x, T.slice(T.concat([sums, waves([6, 2, 1])], 1), [[0, 4]]))];
  }],
  ["rows of merged axes, which no product tells apart", ["matmul", "loop"], () => {
    return T.permute(T.reshape(T.matmul(waves([12, 9]), waves([9, 16], 2)), [3, 4, 16]), [1, 0, 2]);
  }],
]; // prettier-ignore

/** Computes outputs in one program. */
async function evaluate(device: Device, build: () => Tensor | Tensor[]): Promise<TypedArray[]> {
  setBackend(device);
  const outputs = [build()].flat();
  await run(...outputs);
  return Promise.all(outputs.map((output) => output.data()));
}

async function expectFewKernels(device: Backend, kinds: readonly string[], build: () => Tensor | Tensor[]) {
  const wanted = await evaluate(reference(), build);
  const compile = vi.spyOn(device, "compile");
  const got = await evaluate(device, build);
  const steps = compile.mock.calls.flatMap(([all]) => all);
  compile.mockRestore();
  expect(steps.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
  got.forEach((values, output) => {
    expect(values).toHaveLength(wanted[output].length);
    values.forEach((value, i) => expect(value).toBeCloseTo(wanted[output][i], 4));
  });
}

describe.each([1, 2])("a product on the CPU with %i threads writes where its result is read", (threads) => {
  const backend = cpu({ threads });
  afterAll(() => backend.dispose());
  it.each(cases)("%s", (_name, kinds, build) => expectFewKernels(backend, kinds, build));

  it.each([
    [70, 30, 41],
    [5, 1200, 9],
    [1, 700, 33],
    [33, 700, 1],
    [130, 600, 12],
  ])("bit for bit: %i x %i by %i columns", async (m, k, n) => {
    const product = (): Tensor => T.matmul(waves([m, k]), waves([k, n], 2));
    const [own] = await evaluate(backend, product);
    const [turned] = await evaluate(backend, () => T.transpose(product()));
    const [joined] = await evaluate(backend, () => T.concat([product(), waves([m, 5000])], 1));
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        expect(turned[j * m + i]).toBe(own[i * n + j]);
        expect(joined[i * (n + 5000) + j]).toBe(own[i * n + j]);
      }
    }
  });
});

describe.each(["gpu", "cpu"] as const)("a product on WebGPU with kernels for a %s writes where its result is read", (processor) => {
  const webgpu = sharedWebGpu({ processor });
  it.each(cases)("%s", (_name, kinds, build) => expectFewKernels(webgpu(), kinds, build));

  it("attention as well", async () => {
    const part = (seed: number): Tensor => T.permute(T.reshape(waves([2, 9, 24], seed), [2, 9, 3, 8]), [0, 2, 1, 3]);
    await expectFewKernels(webgpu(), ["attention"], () => heads(T.scaledDotProductAttention(part(1), part(2), part(3)), 9));
  });
}); // prettier-ignore
