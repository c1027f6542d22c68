import type { Api } from "./api.ts";
import { Config } from "./config.ts";
import { compareCase, makeLeaves } from "./evaluate.ts";
import type { Differentiable } from "./evaluate.ts";
import { buildModule } from "./module.ts";
import type { BuiltModule } from "./module.ts";
import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import type { FixtureCase } from "./read.ts";

/** How the constructor of a module takes PyTorch's arguments. */
interface Construction {
  readonly positional: readonly string[];
  /** Config keys that become options in camelCase. */
  readonly options: readonly string[];
}

const convolution: Construction = {
  positional: ["in_channels", "out_channels", "kernel_size"],
  options: ["stride", "padding", "dilation", "groups", "bias", "padding_mode"],
};
const transposedConvolution: Construction = {
  ...convolution,
  options: [...convolution.options, "output_padding"],
};
const maxPooling: Construction = {
  positional: ["kernel_size"],
  options: ["stride", "padding", "dilation", "ceil_mode"],
};
const averagePooling: Construction = {
  positional: ["kernel_size"],
  options: ["stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
};
const adaptivePooling: Construction = { positional: ["output_size"], options: [] };

/** Modules of tensors in, one tensor out, without state that changes. */
const modules: ReadonlyMap<string, Construction> = new Map<string, Construction>([
  ["Linear", { positional: ["in_features", "out_features"], options: ["bias"] }],
  ["Bilinear", { positional: ["in1_features", "in2_features", "out_features"], options: ["bias"] }],
  ["Conv1d", convolution],
  ["Conv2d", convolution],
  ["ConvTranspose1d", transposedConvolution],
  ["ConvTranspose2d", transposedConvolution],
  ["MaxPool1d", maxPooling],
  ["MaxPool2d", maxPooling],
  ["AvgPool1d", averagePooling],
  ["AvgPool2d", averagePooling],
  ["AdaptiveAvgPool2d", adaptivePooling],
  ["AdaptiveMaxPool2d", adaptivePooling],
  ["LayerNorm", { positional: ["normalized_shape"], options: ["eps", "elementwise_affine"] }],
  ["GroupNorm", { positional: ["num_groups", "num_channels"], options: ["eps", "affine"] }],
  ["InstanceNorm2d", { positional: ["num_features"], options: ["eps", "affine"] }],
  ["Embedding", { positional: ["num_embeddings", "embedding_dim"], options: ["padding_idx"] }],
  ["PixelShuffle", { positional: ["upscale_factor"], options: [] }],
  ["Upsample", { positional: [], options: ["size", "scale_factor", "mode", "align_corners"] }],
]);

/** Runs a case of the group `layers`. */
export async function runLayer(api: Api, fixture: FixtureCase): Promise<Mismatch[]> {
  const module = constructModule(api, fixture.op, new Config(fixture.config));
  module.load(new Map(fixture.params.map((role) => [role, fixture.tensor(role)])));
  const inputs = makeLeaves(api, fixture, fixture.inputs);
  const leaves = new Map<string, Differentiable>([...inputs, ...module.parameters]);
  return compareCase(api, fixture, [module.forward(...inputs.values())], leaves);
}

/** Builds a module from the arguments that PyTorch's class of that name takes; reads the whole config. */
export function constructModule(api: Api, name: string, config: Config): BuiltModule {
  const construction = constructionOf(name);
  const positional = construction.positional.map((key) => {
    if (!config.has(key)) throw new Unsupported(`config.${key} is missing`);
    return config.optional(key);
  });
  const options = config.options(construction.options);
  config.assertAllRead();
  return buildModule(api, name, positional, options);
}

/** The names of the leading arguments that may be given without a name. */
export function positionalArguments(name: string): readonly string[] {
  return constructionOf(name).positional;
}

function constructionOf(name: string): Construction {
  const construction = modules.get(name);
  if (construction === undefined) throw new Unsupported(`the runner does not know the module ${name} yet`);
  return construction;
}
