import { DataLoader, digits, trainValidationSplit } from "@minima/data";
import { reference, setBackend } from "@minima/tensor";

setBackend(reference());
const drawn = digits({ count: 1000, seed: 1 });
const { train, validation } = trainValidationSplit(drawn, { validation: 0.2, seed: 1 });

const loader = new DataLoader(train, { batchSize: 64, shuffle: true, seed: 1 });
for await (const { inputs, targets, size } of loader) {
  console.log(size, inputs.shape, targets.shape); // 64 [64, 1, 28, 28] [64]
}
console.log(loader.length, validation.length); // 13 batches, 200 rows
