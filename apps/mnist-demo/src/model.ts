import {
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from "@minima/layers";
import type { DemoOptions } from "./options.ts";

const activations = { relu: ReLU, sigmoid: Sigmoid, tanh: Tanh };

/** The convolutions of the cnn. Each keeps the extents, and 2×2 pooling behind it halves them. */
const convolutions = [
  { channels: 32, window: 5 },
  { channels: 64, window: 3 },
] as const;

/** What decides the shape of the network. */
export type ModelOptions = Pick<DemoOptions, "model" | "hidden" | "activation" | "dropout">;

/** A network from images to logits. */
export interface Network {
  readonly module: Sequential;
  readonly description: string;
  /** How many numbers are trained. */
  readonly size: number;
}

/**
 * Softmax regression (one linear layer); or a multi-layer perceptron: linear layers with an activation, and perhaps
 * dropout, after each but the last; or a perceptron behind convolutions with activation and max pooling. Starts from
 * the default generator of `manualSeed`.
 *
 * @param imageShape - Channels, rows, columns.
 */
export function buildNetwork(options: ModelOptions, imageShape: readonly number[], classes: number): Network {
  const { model, hidden, activation, dropout } = options;
  const modules: Module[] = [];
  let [channels, rows, columns] = imageShape;
  for (const convolution of model === "cnn" ? convolutions : []) {
    const { window } = convolution;
    modules.push(
      new Conv2d(channels, convolution.channels, window, { padding: "same" }),
      new activations[activation](),
    );
    modules.push(new MaxPool2d(2));
    channels = convolution.channels;
    [rows, columns] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  }
  modules.push(new Flatten());
  const widths = [channels * rows * columns, ...(model === "softmax" ? [] : hidden), classes];
  for (let i = 1; i < widths.length; i++) {
    modules.push(new Linear(widths[i - 1], widths[i]));
    if (i === widths.length - 1) break;
    modules.push(new activations[activation]());
    if (dropout > 0) modules.push(new Dropout(dropout));
  }
  const module = new Sequential(...modules);
  const size = module.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  return { module, size, description: `${describe(options, widths)}, ${size} parameters` };
}

function describe({ model, activation, dropout }: ModelOptions, widths: readonly number[]): string {
  if (model === "softmax") return model;
  const channels = convolutions.map((convolution) => convolution.channels).join(" and ");
  const name = model === "cnn" ? `cnn of ${channels} channels, then` : model;
  return `${name} ${widths.join("-")}, ${activation}${dropout > 0 ? `, dropout ${dropout}` : ""}`;
}
