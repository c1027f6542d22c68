import { describe, expect, it } from "vitest";
import { UsageError } from "../src/errors.ts";
import { parseOptions } from "../src/options.ts";

describe("parseOptions", () => {
  it("has defaults for everything", () => {
    expect(parseOptions([])).toEqual({
      dataset: "mnist",
      model: "mlp",
      hidden: [512, 256],
      activation: "relu",
      dropout: 0,
      optimizer: "adam",
      lr: 0.002,
      decay: "linear",
      batchSize: 128,
      epochs: 5,
      validation: 0.1,
      backend: "cpu",
      seed: 1,
    });
  });

  it("reads every option", () => {
    const line =
      "--dataset fashion-mnist --data-dir here --model mlp --hidden 30,20 --activation sigmoid --dropout 0.5 " +
      "--optimizer sgd --lr 1e-2 --decay none --batch-size 10 --epochs 3 --validation 0 --backend reference " +
      "--threads 1 --seed 0 --save a.safetensors --json b.json";
    expect(parseOptions(line.split(" "))).toEqual({
      dataset: "fashion-mnist",
      dataDir: "here",
      model: "mlp",
      hidden: [30, 20],
      activation: "sigmoid",
      dropout: 0.5,
      optimizer: "sgd",
      lr: 0.01,
      decay: "none",
      batchSize: 10,
      epochs: 3,
      validation: 0,
      backend: "reference",
      threads: 1,
      seed: 0,
      save: "a.safetensors",
      json: "b.json",
    });
    expect(parseOptions(["--patience", "2", "--hidden", "64"])).toMatchObject({ patience: 2, hidden: [64] });
  });

  it.each([
    ["--model softmax", { hidden: [], dropout: 0, lr: 0.001 }],
    ["--model mlp", { hidden: [512, 256], dropout: 0 }],
    ["--model cnn", { hidden: [128], dropout: 0.5, lr: 0.002 }],
    ["--model cnn --dropout 0 --hidden 64,32", { hidden: [64, 32], dropout: 0 }],
    ["--model cnn --optimizer sgd", { lr: 0.05 }],
  ])("takes defaults from the model: %s", (line, layers) => {
    expect(parseOptions(line.split(" "))).toMatchObject(layers);
  });

  it("takes the learning rate from the optimizer", () => {
    expect(parseOptions(["--optimizer", "sgd"])).toMatchObject({ lr: 0.05 });
    expect(parseOptions(["--optimizer", "sgd", "--lr", "0.3"])).toMatchObject({ lr: 0.3 });
  });

  it.each([
    ["--help", /Usage: npm run demo -- \[options\][\s\S]*--data-dir <folder>/],
    ["--version", /^\d+\.\d+\.\d+\n$/],
  ])("prints for %s", (option, text) => {
    expect(parseOptions([option])).toEqual({ print: expect.stringMatching(text) });
  });

  it.each([
    ["--frobnicate", /unknown option '--frobnicate'/],
    ["--epoch 3", /unknown option '--epoch' \(Did you mean --epochs\?\)/],
    ["extra", /too many arguments/],
    ["--epochs", /'--epochs <n>' argument missing/],
    ["--epochs 0", /'--epochs <n>' argument '0' is invalid. It must be a whole number from 1 up/],
    ["--epochs -1", /whole number from 1 up/],
    ["--epochs 1.5", /whole number from 1 up/],
    ["--epochs 1e3", /whole number from 1 up/],
    ["--epochs 0x10", /whole number from 1 up/],
    ["--epochs three", /whole number from 1 up/],
    ["--epochs=", /whole number from 1 up/],
    ["--epochs --seed", /whole number from 1 up/],
    ["--batch-size 0", /whole number from 1 up/],
    ["--threads 0", /whole number from 1 up/],
    ["--patience 0", /whole number from 1 up/],
    ["--seed -1", /whole number from 0 up/],
    ["--seed 9007199254740993", /whole number from 0 up/],
    ["--lr 0", /number above 0/],
    ["--lr -0.1", /number above 0/],
    ["--lr fast", /number above 0/],
    ["--lr Infinity", /number above 0/],
    ["--lr 1e999", /number above 0/],
    ["--dropout 1", /from 0 to below 1/],
    ["--dropout -0.5", /from 0 to below 1/],
    ["--validation 1", /from 0 to below 1/],
    ["--hidden 0", /whole numbers from 1 up with commas/],
    ["--hidden 5,", /whole numbers from 1 up with commas/],
    ["--hidden 5;5", /whole numbers from 1 up with commas/],
    ["--dataset imagenet", /Allowed choices are mnist, fashion-mnist, digits/],
    ["--model transformer", /Allowed choices are softmax, mlp, cnn/],
    ["--activation gelu", /Allowed choices are relu, sigmoid, tanh/],
    ["--optimizer lion", /Allowed choices are adam, sgd/],
    ["--backend gpu", /Allowed choices are cpu, webgpu, reference/],
    ["--data-dir=", /must not be empty/],
    ["--save=", /must not be empty/],
    ["--dataset digits --data-dir x", /--data-dir goes with --dataset mnist or fashion-mnist/],
    ["--model softmax --hidden 5", /--hidden goes with --model mlp or cnn/],
    ["--model softmax --dropout 0.1", /--dropout goes with --model mlp or cnn/],
    ["--model softmax --activation relu", /--activation goes with --model mlp or cnn/],
    ["--patience 2 --validation 0", /--patience needs validation data/],
  ])("refuses %s in one line", (line, message) => {
    const parse = (): unknown => parseOptions(line.split(" "));
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^.*$/);
  });
});
