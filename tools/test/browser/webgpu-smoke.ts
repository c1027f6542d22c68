import "@minima/autograd";
import { type WebGpuBackend, webgpu } from "@minima/backend-webgpu";
import { Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import * as T from "@minima/tensor";

/** What a page or worker computes on WebGPU, for the test to compare with the reference evaluator. */
export interface Smoke {
  /** Losses of an MLP in training. */
  readonly losses: readonly number[];
  /** Elements of a few operations. */
  readonly operations: Readonly<Record<string, readonly number[]>>;
}

const [rows, inputs, classes] = [16, 20, 5];

/** Trains an MLP for a few compiled steps on the backend that is set, and computes a few operations. */
export async function smoke(): Promise<Smoke> {
  T.manualSeed(5);
  const model = new Sequential(new Linear(inputs, 24), new ReLU(), new Linear(24, classes));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = T.compile(
    (x: T.Tensor, y: T.Tensor) => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      void optimizer.step();
      return loss;
    },
    { state: [model, optimizer] },
  );
  const losses: number[] = [];
  for (let i = 0; i < 4; i++) {
    const x = Float32Array.from({ length: rows * inputs }, (_, at) => Math.sin(at * 1.7 + i));
    const y = Int32Array.from({ length: rows }, (_, row) => (row * 7 + i) % classes);
    losses.push(await (await step(T.tensor(x, { shape: [rows, inputs] }), T.tensor(y))).item());
  }
  const image = T.tensor(
    Float32Array.from({ length: 72 }, (_, i) => Math.cos(i)),
    { shape: [1, 2, 6, 6] },
  );
  const flat = T.reshape(image, [72]);
  const results: Record<string, T.Tensor> = {
    softmax: T.softmax(T.reshape(image, [8, 9])),
    sorted: T.sort(flat).values,
    cumulative: T.cumsum(flat, 0),
    pooled: T.maxPool2d(image, 2),
    convolved: T.conv2d(image, T.ones([3, 2, 3, 3]), { padding: 1 }),
    permutation: T.random.permutation(50),
    flags: T.greater(flat, 0.5),
  };
  const named = Object.entries(results).map(async ([name, t]) => [name, [...(await t.data())]] as const);
  return { losses, operations: Object.fromEntries(await Promise.all(named)) };
}

/** The same on WebGPU, as a page or worker has it. */
export async function smokeOnWebGpu(): Promise<Smoke> {
  const backend: WebGpuBackend = await webgpu();
  T.setBackend(backend);
  const result = await smoke();
  await backend.idle();
  backend.dispose();
  return result;
}
