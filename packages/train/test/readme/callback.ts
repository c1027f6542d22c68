import type { Callback } from "@minima/train";

export const log: Callback = {
  onProgress: ({ epoch, loss, secondsLeft }) => console.log(epoch, loss, secondsLeft),
  onEpochEnd: (record, training) => (record.trainLoss < 0.01 ? training.stop() : undefined),
};
