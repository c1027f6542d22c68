import type { Tensor } from "@minima/tensor";
import type { HostTensor } from "@minima/tensor/safetensors";
import type { Api } from "./api.ts";
import { buildModule } from "./module.ts";
import type { BuiltModule } from "./module.ts";
import { Unsupported } from "./outcome.ts";

/** A network of the group `e2e`: named and unnamed modules in a row. */
export class Network {
  readonly #stages: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  /** Parameters by their names in the state dict. */
  get parameters(): ReadonlyMap<string, Tensor> {
    return new Map(
      this.#stages.flatMap(({ name, module }) =>
        [...module.parameters].map(([own, parameter]): [string, Tensor] => [`${name}.${own}`, parameter]),
      ),
    );
  }

  /** Whether the network takes images rather than rows of pixels. */
  get takesImages(): boolean {
    return this.#stages[0].kind !== "Linear";
  }

  /** Gives every parameter its value; `state` must name all of them and nothing else. */
  load(state: ReadonlyMap<string, HostTensor>): void {
    for (const { name, module } of this.#stages) {
      const own = [...state].filter(([key]) => key.startsWith(`${name}.`));
      module.load(new Map(own.map(([key, tensor]) => [key.slice(name.length + 1), tensor])));
    }
    const extra = [...state.keys()].filter((key) => !this.parameters.has(key));
    if (extra.length > 0) throw new Unsupported(`the initial weights ${extra.join(", ")} belong to no layer`);
  }

  forward(x: Tensor): Tensor {
    return this.#stages.reduce((value, { module }) => module.forward(value), x);
  }
}

interface Stage {
  /** Empty for modules without parameters. */
  readonly name: string;
  /** Class of the module. */
  readonly kind: string;
  readonly module: BuiltModule;
}

const activations: Readonly<Record<string, string>> = { relu: "ReLU", sigmoid: "Sigmoid", tanh: "Tanh" };

/**
 * Builds the network that `architecture` describes, either `784-30-10, sigmoid hidden` (fully connected layers fc1,
 * fc2, ...) or stages such as `conv1(1->6,k5,pad2) relu maxpool2; flatten; fc1(400->10)`.
 */
export function buildNetwork(api: Api, architecture: string): Network {
  const mlp = /^(\d+(?:-\d+)+), (\w+) hidden$/.exec(architecture);
  if (mlp !== null) return new Network(fullyConnected(api, mlp[1].split("-").map(Number), mlp[2]));
  const words = architecture.split(/[;\s]+/).filter((word) => word !== "");
  return new Network(words.map((word) => buildStage(api, word)));
}

function fullyConnected(api: Api, sizes: readonly number[], activation: string): Stage[] {
  return sizes.slice(1).flatMap((size, i) => {
    const linear = stage(api, "Linear", [sizes[i], size], {}, `fc${i + 1}`);
    return i === sizes.length - 2 ? [linear] : [linear, buildStage(api, activation)];
  });
}

function buildStage(api: Api, word: string): Stage {
  if (word in activations) return stage(api, activations[word]);
  if (word === "flatten") return stage(api, "Flatten");
  const pool = /^(max|avg)pool(\d+)$/.exec(word);
  if (pool !== null) return stage(api, pool[1] === "max" ? "MaxPool2d" : "AvgPool2d", [Number(pool[2])]);
  const layer = /^((?:conv|fc)\d*)\((\d+)->(\d+)((?:,(?:k|pad|stride)\d+)*)\)$/.exec(word);
  if (layer === null) throw new Unsupported(`the runner does not know the layer ${word}`);
  const [, name, from, to, rest] = layer;
  const extra = Object.fromEntries([...rest.matchAll(/([a-z]+)(\d+)/g)].map(([, key, value]) => [key, Number(value)]));
  if (name.startsWith("fc")) {
    if (rest !== "") throw new Unsupported(`the runner does not know the layer ${word}`);
    return stage(api, "Linear", [Number(from), Number(to)], {}, name);
  }
  const { k, pad = 0, stride = 1 } = extra;
  if (k === undefined) throw new Unsupported(`the layer ${word} has no kernel size`);
  return stage(api, "Conv2d", [Number(from), Number(to), k], { padding: pad, stride }, name);
}

function stage(
  api: Api,
  kind: string,
  positional: readonly unknown[] = [],
  options: Record<string, unknown> = {},
  name = "",
): Stage {
  return { name, kind, module: buildModule(api, kind, positional, options) };
}
