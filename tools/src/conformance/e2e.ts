import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { asTensor, hostOf } from "./api.ts";
import { compareNumbers, compareTensors } from "./compare.ts";
import type { Tolerance } from "./compare.ts";
import { Config } from "./config.ts";
import type { Folder } from "./folder.ts";
import type { Images, Mnist } from "./mnist.ts";
import { buildNetwork } from "./network.ts";
import type { Network } from "./network.ts";
import { buildOptimizer, gradientOf } from "./optimizer.ts";
import { Unsupported, UsageError } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import { isRecord, readTensors, toleranceOf } from "./read.ts";
import type { FixtureCase } from "./read.ts";

/**
 * Runs a case of the group `e2e`: trains a network on MNIST and compares the losses, the gradients of the first step,
 * the logits after training and, loosely, the parameters.
 */
export async function runTraining(api: Api, fixture: FixtureCase, folder: Folder, mnist: Mnist): Promise<Mismatch[]> {
  const config = new Config(fixture.config);
  const network = buildNetwork(api, config.string("architecture"));
  network.load(await readTensors(folder, config.string("init")));
  const loss = buildLoss(api, config.string("loss"));
  const normalize = buildNormalization(config.string("normalization"));
  const name = config.string("optimizer");
  const optimizer = buildOptimizer(api, name, [...network.parameters.values()], config);
  const steps = config.integer("steps");
  const batchSize = config.integer("batch_size");
  config.assertAllRead();

  const rows = fixture.tensor("train_idx").data;
  if (rows.length !== steps * batchSize)
    throw new Unsupported(`train_idx does not hold ${steps} x ${batchSize} indices`);
  const load = (images: Images, indices: ArrayLike<number>) =>
    api.leaf(selectImages(images, indices, normalize, network.takesImages));
  const train = await mnist.half("train");
  const losses: number[] = [];
  const mismatches: (Mismatch | undefined)[] = [];
  for (let step = 0; step < steps; step++) {
    const indices = rows.subarray(step * batchSize, (step + 1) * batchSize);
    const input = load(train, indices);
    const labels = Int32Array.from(indices, (index) => train.labels[index]);
    const value = loss(network.forward(input), api.leaf({ dtype: "int32", shape: [batchSize], data: labels }));
    optimizer.zeroGrad();
    value.backward();
    if (step === 0) mismatches.push(...(await compareGradients(fixture, network)));
    await optimizer.step();
    losses.push((await value.data())[0]);
  }
  mismatches.push(compareNumbers("loss", losses, fixture.tensor("loss").data, toleranceOf(fixture)));
  const test = await mnist.half("t10k");
  const logits = network.forward(load(test, fixture.tensor("test_idx").data));
  mismatches.push(compareTensors("logits", await hostOf(logits), fixture.tensor("logits"), looseTolerance(fixture)));
  mismatches.push(...(await compareParameters(fixture, network)));
  return mismatches.filter((mismatch) => mismatch !== undefined);
}

async function compareGradients(fixture: FixtureCase, network: Network): Promise<(Mismatch | undefined)[]> {
  const own = fixture.tolerance.first_step_grad;
  const tolerance = toleranceOf(isRecord(own) ? { ...fixture, tolerance: own } : fixture);
  const { parameters } = network;
  return Promise.all(
    Object.entries(fixture.grads).map(async ([name, role]) => {
      const parameter = parameters.get(name);
      if (parameter === undefined) throw new Unsupported(`the network has no parameter ${name}`);
      const want = fixture.tensor(role);
      return compareNumbers(role, await gradientOf(parameter), want.data, tolerance, want.shape);
    }),
  );
}

async function compareParameters(fixture: FixtureCase, network: Network): Promise<(Mismatch | undefined)[]> {
  const { parameters } = network;
  const roles = fixture.outputs.filter((role) => role.startsWith("param_"));
  return Promise.all(
    roles.map(async (role) => {
      const parameter = parameters.get(role.slice("param_".length));
      if (parameter === undefined) throw new Unsupported(`the network has no parameter ${role}`);
      return compareTensors(role, await hostOf(parameter), fixture.tensor(role), looseTolerance(fixture));
    }),
  );
}

/** Rounding grows over the steps, so what comes after training has a tolerance of its own. */
function looseTolerance(fixture: FixtureCase): Tolerance {
  return toleranceOf(fixture, "logits_rtol", "logits_atol");
}

function buildLoss(api: Api, name: string): (logits: Tensor, labels: Tensor) => Tensor {
  const match = /^cross_entropy (mean|sum)$/.exec(name);
  if (match === null) throw new Unsupported(`the runner does not know the loss ${name}`);
  const crossEntropy = api.lookup("crossEntropy");
  return (logits, labels) => asTensor(crossEntropy(logits, labels, { reduction: match[1] }), "crossEntropy");
}

/** `x/255` or `(x/255-mean)/std`, in float32 as PyTorch does it. */
function buildNormalization(formula: string): (pixel: number) => number {
  const match = /^(?:x\/255|\(x\/255-([\d.]+)\)\/([\d.]+))$/.exec(formula.replace(/\s+/g, ""));
  if (match === null) throw new Unsupported(`the runner does not know the normalization ${formula}`);
  const [mean, std] = match[1] === undefined ? [0, 1] : [Number(match[1]), Number(match[2])].map(Math.fround);
  return (pixel) => Math.fround(Math.fround(Math.fround(pixel / 255) - mean) / std);
}

function selectImages(
  { pixels, labels, height, width }: Images,
  indices: ArrayLike<number>,
  normalize: (pixel: number) => number,
  asImages: boolean,
): { dtype: "float32"; shape: number[]; data: Float32Array } {
  const size = height * width;
  const data = new Float32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    if (!(indices[row] in labels))
      throw new UsageError(`there is no image ${indices[row]}; MNIST has ${labels.length}`);
    for (let i = 0; i < size; i++) data[row * size + i] = normalize(pixels[indices[row] * size + i]);
  }
  return { dtype: "float32", shape: asImages ? [indices.length, 1, height, width] : [indices.length, size], data };
}
