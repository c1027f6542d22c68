import "@minima/autograd";
import { Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { type Tensor, add, argmax, compile, equal, mean, random, square, sub, tanh, zeros } from "@minima/tensor";
import { type Batch, batchSize, classes, pixels } from "./batches.ts";

/** Ways of writing a training loop. */
export const modes = [
  "eager", "eager-reading", "carried", "compiled", "two-models", "gan", "frozen", "unread-metric", "kept-losses",
] as const; // prettier-ignore
export type Mode = (typeof modes)[number];

/** How often a mode that reads nothing looks at its loss. */
const readEvery = 100;
const hidden = 128;

/** Makes one step; gives the loss if it was read. */
export interface Step {
  (batch: Batch, step: number): Promise<number | undefined>;
  /** The tensors that the loop keeps. */
  readonly kept?: readonly Tensor[];
}

/** The training steps of each mode: ordinary code, without a word about memory. */
export const trainings: Readonly<Record<Mode, () => Step>> = {
  eager() {
    const { model, optimizer } = mlp();
    return async ({ x, y }, step) => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
      return step % readEvery === 0 ? loss.item() : undefined;
    };
  },

  "eager-reading"() {
    const { model, optimizer } = mlp();
    return async ({ x, y }) => {
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
      await argmax(logits, { axis: 1 }).data();
      return loss.item();
    };
  },

  carried() {
    const [input, carry, output] = [
      new Linear(pixels, hidden),
      new Linear(hidden, hidden),
      new Linear(hidden, classes),
    ];
    const optimizer = new Adam([input, carry, output].flatMap((layer) => layer.parameters()));
    let state: Tensor = zeros([batchSize, hidden]);
    return async ({ x, y }, step) => {
      const next = tanh(add(input.forward(x), carry.forward(state)));
      const loss = crossEntropy(output.forward(next), y);
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
      state = next.detach();
      return step % readEvery === 0 ? loss.item() : undefined;
    };
  },

  compiled() {
    const { model, optimizer } = mlp();
    const run = compile(
      (x: Tensor, y: Tensor) => {
        const loss = crossEntropy(model.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        void optimizer.step(); // recorded; done when the compiled function is
        return loss;
      },
      { state: [model, optimizer] },
    );
    return async ({ x, y }, step) => {
      const loss = await run(x, y);
      return step % readEvery === 0 ? loss.item() : undefined;
    };
  },

  /** Trained in turns, each on a batch whose logits by the other one are read late. */
  "two-models"() {
    const pair = [mlp(), mlp()];
    let before: Tensor | undefined;
    return async ({ x, y }, step) => {
      const [mine, other] = step % 2 === 0 ? pair : [pair[1], pair[0]];
      const logits = other.model.forward(x);
      const loss = crossEntropy(mine.model.forward(x), y);
      await learn(mine.optimizer, loss);
      const late = before;
      before = logits;
      if (step % readEvery !== 0) return undefined;
      if (late !== undefined) await late.data();
      return loss.item();
    };
  },

  /** Two critic steps on one generated batch, then one of the generator. */
  gan() {
    const noise = 32;
    const generator = new Sequential(new Linear(noise, hidden), new ReLU(), new Linear(hidden, pixels));
    const critic = new Sequential(new Linear(pixels, hidden), new ReLU(), new Linear(hidden, 1));
    const forGenerator = new Adam(generator.parameters(), { lr: 1e-4 });
    const forCritic = new Adam(critic.parameters(), { lr: 1e-4 });
    const missBy = (scores: Tensor, target: number): Tensor => mean(square(sub(scores, target)));
    return async ({ x }, step) => {
      const fake = generator.forward(random.normal([batchSize, noise]));
      for (let i = 0; i < 2; i++) {
        await learn(forCritic, add(missBy(critic.forward(x), 1), missBy(critic.forward(fake.detach()), 0)));
      }
      const loss = missBy(critic.forward(fake), 1);
      await learn(forGenerator, loss);
      return step % readEvery === 0 ? loss.item() : undefined;
    };
  },

  /** A network that stays as it is computes what another one learns from. */
  frozen() {
    const features = new Sequential(new Linear(pixels, hidden), new ReLU());
    for (const parameter of features.parameters()) parameter.requiresGrad = false;
    const head = new Linear(hidden, classes);
    const optimizer = new Adam(head.parameters());
    return async ({ x, y }, step) => {
      const loss = crossEntropy(head.forward(features.forward(x)), y);
      await learn(optimizer, loss);
      return step % readEvery === 0 ? loss.item() : undefined;
    };
  },

  /** An accuracy at every step that nobody reads, and a sum of them that is read late. */
  "unread-metric"() {
    const { model, optimizer } = mlp();
    let right: Tensor = zeros([]);
    return async ({ x, y }, step) => {
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      mean(equal(argmax(logits, { axis: 1 }), y).cast("float32"));
      right = add(
        right,
        equal(argmax(logits.detach(), { axis: 1 }), y)
          .cast("float32")
          .sum(),
      );
      await learn(optimizer, loss);
      if (step % readEvery !== 0) return undefined;
      right = zeros([]);
      return loss.item();
    };
  },

  /** All losses in an array, as for a curve that is drawn at the end. */
  "kept-losses"() {
    const { model, optimizer } = mlp();
    const kept: Tensor[] = [];
    const step = async ({ x, y }: Batch, count: number): Promise<number | undefined> => {
      const loss = crossEntropy(model.forward(x), y);
      kept.push(loss);
      await learn(optimizer, loss);
      return count % readEvery === 0 ? kept[Math.floor(count / 2)].item() : undefined;
    };
    return Object.assign(step, { kept });
  },
};

async function learn(optimizer: Adam, loss: Tensor): Promise<void> {
  optimizer.zeroGrad();
  loss.backward();
  await optimizer.step();
}

function mlp(): { readonly model: Module; readonly optimizer: Adam } {
  const model = new Sequential(new Linear(pixels, hidden), new ReLU(), new Linear(hidden, classes));
  return { model, optimizer: new Adam(model.parameters()) };
}
