import { Adam } from "@minima/optim";
import { compile, type Tensor } from "@minima/tensor";
import { filled } from "../fill.ts";
import { besideCase } from "./beside-case.ts";
import { mlp } from "./mlp.ts";
import { crossEntropy, targets } from "./training.ts";

/** Steps of the schedule. */
const cycle = 40;

/** A compiled step of the MLP with decaying weights, which reads its loss, and the optimizer. */
function training(): { readonly adam: Adam; readonly step: () => Promise<number> } {
  const [x, y] = [filled([128, 784], 0.5, 9), targets(128)];
  const network = mlp();
  const adam = new Adam(network.parameters, { lr: 1e-3, weightDecay: 1e-4 });
  const step = compile(
    (images: Tensor, labels: Tensor) => {
      const loss = crossEntropy(network.forward(images), labels);
      adam.zeroGrad();
      loss.backward();
      void adam.step();
      return loss;
    },
    { state: [adam] },
  );
  return { adam, step: async () => (await step(x, y)).item() };
}

/**
 * The MLP's training step under a one-cycle schedule (Smith and Topin 2018), which moves the learning rate, the momentum (Adam's β₁) and the
 * weight decay at each step, beside the same step with constant ones: nothing is recorded anew.
 */
export const oneCycleCase = besideCase("one_cycle_mlp", () => {
  const [moving, constant] = [training(), training()];
  const [group] = moving.adam.groups;
  let count = 0;
  return {
    async run() {
      const phase = Math.cos((2 * Math.PI * count++) / cycle); // 1 at both ends, -1 in the middle
      group.lr = 1e-3 * (1.1 - phase);
      group.betas = [0.9 + 0.05 * phase, 0.999];
      group.weightDecay = 1e-4 * (1.5 + phase);
      await moving.step();
    },
    beside: async () => void (await constant.step()),
  };
});
