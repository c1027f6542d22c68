import { cpu } from "@minima/backend-cpu";
import { DataLoader, digits, trainValidationSplit } from "@minima/data";
import { Flatten, Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { manualSeed, setBackend } from "@minima/tensor";
import { Trainer, accuracy, confusionMatrix, earlyStopping } from "@minima/train";

setBackend(cpu());
manualSeed(1);
const model = new Sequential(new Flatten(), new Linear(784, 64), new ReLU(), new Linear(64, 10));
const optimizer = new Adam(model.parameters(), { lr: 0.003 });
const trainer = new Trainer({ model, optimizer, loss: crossEntropy, metrics: { accuracy: accuracy() } });

const { train, validation } = trainValidationSplit(digits({ count: 2000 }), { validation: 0.2 });
const history = await trainer.fit(new DataLoader(train, { batchSize: 50, shuffle: true }), {
  epochs: 20,
  validation: new DataLoader(validation, { batchSize: 400 }),
  callbacks: [earlyStopping({ patience: 2, monitor: "validationAccuracy" })],
});
console.log(history.stopped, history.best?.epoch, history.epochs.at(-1)?.validationAccuracy);

const test = new DataLoader(digits({ count: 500, first: 2000 }), { batchSize: 500 });
const result = await trainer.evaluate(test, { metrics: { confusion: confusionMatrix() } });
console.log(result.accuracy, result.confusion[4][9]); // how often a 4 was taken for a 9
