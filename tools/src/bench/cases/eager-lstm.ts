import { filled } from "../fill.ts";
import { besideCase } from "./beside-case.ts";
import { lstm } from "./lstm.ts";
import { eagerStep, targets, training } from "./training.ts";

const [batch, inputs, hidden, steps] = [32, 64, 128, 200];

/**
 * A training step of an LSTM over 200 time steps that builds its graph each time, beside the same one compiled: what it takes longer is the
 * cost of building the graph, and of finding its plan again.
 */
export const eagerLstmCase = besideCase("eager_lstm_t200", () => {
  const [x, y] = [filled([steps * batch, inputs], 0.5, 9), targets(batch)];
  const step = eagerStep(lstm({ batch, inputs, hidden }));
  return {
    run: async () => void (await (await step(x, y)).item()),
    beside: training(lstm({ batch, inputs, hidden }), x, y).run,
  };
});
