import "@minima/autograd";
import { Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { type Tensor, add, argmax, compile, tanh, zeros } from "@minima/tensor";
import { type Batch, batchSize, classes, pixels } from "./batches.ts";

/** Ways of writing a training loop. */
export const modes = ["eager", "eager-reading", "carried", "compiled"] as const;
export type Mode = (typeof modes)[number];

/** How often a mode that reads nothing looks at its loss. */
const readEvery = 100;
const hidden = 128;

/** Makes one step; gives the loss if it was read. */
export type Step = (batch: Batch, step: number) => Promise<number | undefined>;

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
};

function mlp(): { readonly model: Module; readonly optimizer: Adam } {
  const model = new Sequential(new Linear(pixels, hidden), new ReLU(), new Linear(hidden, classes));
  return { model, optimizer: new Adam(model.parameters()) };
}
