import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Conv2d, Dropout, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential, Tanh, crossEntropy, kaimingNormal } from "@minima/layers"; // prettier-ignore
import { Adam } from "@minima/optim";
import { manualSeed, random, setBackend, softmax, tensor } from "@minima/tensor";

const batch = 16;
const classes = 10;
const steps = 200;

/** Networks with what trainings are made of, and the shape of what goes in. */
const nets: Readonly<Record<string, { readonly inputs: readonly number[]; model(): Module }>> = {
  mlp: {
    inputs: [100],
    model: () => new Sequential(new Linear(100, 64), new ReLU(), new Dropout(0.2), new Linear(64, 32), new Tanh(), new Linear(32, classes)), // prettier-ignore
  },
  cnn: {
    inputs: [1, 12, 12],
    model: () =>
      new Sequential(
        new Conv2d(1, 8, 5, { padding: 2 }), new ReLU(), new MaxPool2d(2),
        new Conv2d(8, 16, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2),
        new Flatten(), new Dropout(0.3), new Linear(144, classes),
      ), // prettier-ignore
  },
};

async function train({ inputs, model: build }: (typeof nets)[string]): Promise<Float32Array[]> {
  manualSeed(5);
  const model = build();
  for (const parameter of model.parameters()) {
    if (parameter.shape.length === 2) parameter.assign(kaimingNormal(parameter.shape, { a: 0.3 }));
  }
  const optimizer = new Adam(model.parameters(), { lr: 2e-3, weightDecay: 1e-4 });
  for (let step = 0; step < steps; step++) {
    const labels = tensor(Int32Array.from({ length: batch }, (_, i) => (i * 7 + step) % classes));
    optimizer.zeroGrad();
    crossEntropy(model.forward(random.normal([batch, ...inputs])), labels).backward();
    await optimizer.step();
  }
  model.eval();
  const outputs = softmax(model.forward(random.uniform([batch, ...inputs])), 1);
  const values = await Promise.all([...model.parameters(), outputs].map((each) => each.data()));
  return values as Float32Array[];
}

/**
 * Trains each network for 200 steps on a backend without relaxed SIMD and gives a hash of the bits of its weights, and of
 * what it then says.
 */
export async function trainedBits(vectorBits: 128 | 256 = 128): Promise<Readonly<Record<string, string>>> {
  setBackend(cpu({ relaxedSimd: false, threads: 1, vectorBits }));
  const hashes: Record<string, string> = {};
  for (const [name, net] of Object.entries(nets)) {
    const bytes = await new Blob((await train(net)) as Float32Array<ArrayBuffer>[]).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    hashes[name] = [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return hashes;
}
