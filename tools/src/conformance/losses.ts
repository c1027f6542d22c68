import type { Api } from "./api.ts";
import { asTensor } from "./api.ts";
import { Config } from "./config.ts";
import { compareCase, makeLeaves } from "./evaluate.ts";
import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import type { FixtureCase } from "./read.ts";

/** A loss of PyTorch in terms of ours. */
interface Loss {
  /** Names in our packages, the first that exists. */
  readonly names: readonly string[];
  /** Input roles of the positional arguments. */
  readonly positional: readonly string[];
  /** Input role -> option that takes the tensor. */
  readonly tensors: Readonly<Record<string, string>>;
  /** Config keys that become options in camelCase. */
  readonly options: readonly string[];
}

const pair = ["input", "target"];
const twoInputs = ["input1", "input2", "target"];
const weight = { weight: "weight" };

function loss(
  name: string,
  options: readonly string[] = [],
  positional: readonly string[] = pair,
  tensors: Readonly<Record<string, string>> = {},
): Loss {
  return { names: [name], positional, tensors, options };
}

const losses: ReadonlyMap<string, Loss> = new Map<string, Loss>([
  ["mse_loss", loss("mseLoss")],
  ["l1_loss", loss("l1Loss")],
  ["smooth_l1_loss", loss("smoothL1Loss", ["beta"])],
  ["huber_loss", loss("huberLoss", ["delta"])],
  ["binary_cross_entropy", loss("binaryCrossEntropy", [], pair, weight)],
  [
    "binary_cross_entropy_with_logits",
    loss("binaryCrossEntropyWithLogits", [], pair, { ...weight, pos_weight: "posWeight" }),
  ],
  ["cross_entropy", loss("crossEntropy", ["label_smoothing", "ignore_index"], pair, weight)],
  ["nll_loss", loss("nllLoss", ["ignore_index"], pair, weight)],
  ["kl_div", { ...loss("klDivLoss", ["log_target"]), names: ["klDivLoss", "klDiv"] }],
  ["hinge_embedding_loss", loss("hingeEmbeddingLoss", ["margin"])],
  ["soft_margin_loss", loss("softMarginLoss")],
  ["multilabel_soft_margin_loss", loss("multilabelSoftMarginLoss", [], pair, weight)],
  ["multi_margin_loss", loss("multiMarginLoss", ["p", "margin"], pair, weight)],
  ["cosine_embedding_loss", loss("cosineEmbeddingLoss", ["margin"], twoInputs)],
  ["margin_ranking_loss", loss("marginRankingLoss", ["margin"], twoInputs)],
  [
    "triplet_margin_loss",
    loss("tripletMarginLoss", ["p", "margin", "swap", "eps"], ["anchor", "positive", "negative"]),
  ],
  ["gaussian_nll_loss", loss("gaussianNllLoss", ["full", "eps"], ["input", "target", "var"])],
  ["poisson_nll_loss", loss("poissonNllLoss", ["log_input", "full", "eps"])],
]);

/** Config keys that only describe the inputs. */
const descriptive = ["special", "note", "layout"];

/** Runs a case of the group `losses`. */
export async function runLoss(api: Api, fixture: FixtureCase): Promise<Mismatch[]> {
  const known = losses.get(fixture.op);
  if (known === undefined) throw new Unsupported(`the runner does not know the loss ${fixture.op}`);
  const compute = api.lookup(...known.names);
  const leaves = makeLeaves(api, fixture, [...fixture.inputs, ...fixture.params]);
  const config = new Config(fixture.config, descriptive);
  config.means("target", /^class (indices|probabilities)$/);
  const options: Record<string, unknown> = config.options(["reduction", ...known.options]);
  const unread = new Set(leaves.keys());
  const take = (role: string) => {
    const tensor = leaves.get(role);
    if (tensor === undefined) throw new Unsupported(`the loss ${fixture.op} needs an input ${role}`);
    unread.delete(role);
    return tensor;
  };
  const positional = known.positional.map(take);
  for (const [role, option] of Object.entries(known.tensors)) {
    // The config says `true` where a tensor is given.
    if (config.has(role) !== leaves.has(role)) throw new Unsupported(`config.${role} does not agree with the inputs`);
    if (leaves.has(role)) options[option] = take(role);
  }
  config.assertAllRead();
  if (unread.size > 0) throw new Unsupported(`the runner does not know the input ${[...unread].join(", ")} here`);
  return compareCase(api, fixture, [asTensor(compute(...positional, options), known.names[0])], leaves);
}
