import { Adam } from "@minima/optim";
import { filled } from "../fill.ts";
import { besideCase } from "./beside-case.ts";
import { lstm } from "./lstm.ts";
import { crossEntropy, targets, training } from "./training.ts";

const [batch, inputs, hidden, steps] = [32, 64, 128, 200];

/**
 * A training step of an LSTM over 200 time steps that builds its graph each time, beside the same one compiled: what it takes longer is the
 * cost of building the graph, and of finding its plan again.
 */
export const eagerLstmCase = besideCase("eager_lstm_t200", () => {
  const [x, y] = [filled([steps * batch, inputs], 0.5, 9), targets(batch)];
  const network = lstm({ batch, inputs, hidden });
  const adam = new Adam(network.parameters, { lr: 1e-3 });
  return {
    async run() {
      const loss = crossEntropy(network.forward(x), y);
      adam.zeroGrad();
      loss.backward();
      await adam.step();
      await loss.item();
    },
    beside: training(lstm({ batch, inputs, hidden }), x, y).run,
  };
});
