import { crossEntropy } from "@minima/layers";
import { AdamW } from "@minima/optim";
import {
  type Tensor, Variable, add, chunk, indexSelect, ones, permute, random, reshape, scaledDotProductAttention, tensor,
  zeros,
} from "@minima/tensor"; // prettier-ignore
import type { FirstTraining } from "./first-training.ts";
import { dense } from "./training.ts";
import { gelu, layerNorm } from "./transformer.ts";

export interface GptSizes {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly batch: number;
  /** Tokens of a sequence. */
  readonly length: number;
  readonly vocabulary: number;
}

const benchSizes: GptSizes = { blocks: 12, width: 256, heads: 8, batch: 4, length: 64, vocabulary: 256 };

/** A pre-norm decoder as GPT-2 has it, of random weights, predicting the next of some made-up tokens; AdamW. */
export function gptTraining(sizes: GptSizes = benchSizes): FirstTraining {
  const { blocks, width, batch, length, vocabulary } = sizes;
  const parameters: Variable[] = [];
  const parameter = (value: Tensor): Variable => {
    const variable = new Variable(value, { requiresGrad: true });
    parameters.push(variable);
    return variable;
  };
  const drawn = (shape: readonly number[]): Variable => parameter(random.normal(shape, { std: 0.02 }));
  /** A dense layer, and one that normalizes. */
  const layer = (inputs: number, outputs: number) => {
    const [w, b] = [drawn([inputs, outputs]), parameter(zeros([outputs]))];
    return (x: Tensor): Tensor => dense(x, w, b);
  };
  const norm = () => {
    const [gain, bias] = [parameter(ones([width])), parameter(zeros([width]))];
    return (x: Tensor): Tensor => layerNorm(x, gain, bias);
  };
  const [tokenTable, positionTable] = [drawn([vocabulary, width]), drawn([length, width])];
  const stack = Array.from({ length: blocks }, () => block(sizes, layer, norm));
  const [lastNorm, head] = [norm(), layer(width, vocabulary)];
  const [tokens, next] = [0, 1].map((offset) => {
    const values = Int32Array.from({ length: batch * length }, (_, i) => ((i + offset) * 37) % vocabulary);
    return tensor(values);
  });
  return {
    optimizer: new AdamW(parameters, { lr: 1e-3 }),
    statistics: [],
    inputs: [tokens, next],
    loss(x, y) {
      const embedded = add(
        reshape(indexSelect(tokenTable, 0, x), [batch, length, width]),
        reshape(positionTable, [1, length, width]),
      );
      const hidden = stack.reduce((at, each) => each(at), reshape(embedded, [batch * length, width]));
      return crossEntropy(head(lastNorm(hidden)), y);
    },
  };
}

type Layer = (x: Tensor) => Tensor;

/** Attention and a perceptron, each behind a norm and beside a shortcut. */
function block(
  { width, heads, batch, length }: GptSizes,
  layer: (inputs: number, outputs: number) => Layer,
  norm: () => Layer,
): Layer {
  const [norm1, joint, out] = [norm(), layer(width, 3 * width), layer(width, width)];
  const [norm2, up, down] = [norm(), layer(width, 4 * width), layer(4 * width, width)];
  const toHeads = (x: Tensor): Tensor => permute(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  return (x) => {
    const [q, k, v] = chunk(joint(norm1(x)), 3, 1).map(toHeads);
    const mixed = permute(scaledDotProductAttention(q, k, v, { isCausal: true }), [0, 2, 1, 3]);
    const attended = add(x, out(reshape(mixed, [batch * length, width])));
    return add(attended, down(gelu(up(norm2(attended)))));
  };
}
