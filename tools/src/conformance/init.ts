import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { Config, camelCase } from "./config.ts";
import { constructModule, positionalArguments } from "./layers.ts";
import { parseCall } from "./python-call.ts";
import { Unsupported, UsageError } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import { isRecord } from "./read.ts";
import type { FixtureCase } from "./read.ts";
import { checkOrthogonal, checkStatistics } from "./statistics.ts";

/** The options of PyTorch's initialisers. */
const initializers: ReadonlyMap<string, readonly string[]> = new Map([
  ["xavier_uniform", ["gain"]],
  ["xavier_normal", ["gain"]],
  ["kaiming_uniform", ["a", "mode", "nonlinearity"]],
  ["kaiming_normal", ["a", "mode", "nonlinearity"]],
  ["orthogonal", ["gain"]],
  ["trunc_normal", ["mean", "std", "a", "b"]],
]);

/** Runs a case of the group `init`: draws once from a fixed seed, and checks what the draw must have in common. */
export async function runInitializer(api: Api, fixture: FixtureCase): Promise<Mismatch[]> {
  const { expected } = fixture.entries;
  if (!isRecord(expected)) throw new UsageError(`case ${fixture.name}: expected must be an object`);
  const config = new Config(fixture.config);
  const shape = config.integers("shape");
  api.lookup("manualSeed")(0);
  const drawn = fixture.op.startsWith("default_")
    ? drawDefault(api, fixture.op, shape, config)
    : draw(api, fixture.op, shape, config);
  config.assertAllRead();
  if (drawn.shape.join() !== shape.join()) {
    return [{ role: "shape", problem: `is [${drawn.shape.join(", ")}], expected [${shape.join(", ")}]` }];
  }
  const values = await drawn.data();
  if ("property" in expected) return checkOrthogonal(values, shape[0], expected);
  return checkStatistics(values, expected, fixture.tolerance);
}

function draw(api: Api, op: string, shape: readonly number[], config: Config): Tensor {
  if (op === "uniform") {
    return api.namespace("random").tensor(op, shape, { low: config.number("a"), high: config.number("b") });
  }
  if (op === "normal") return api.namespace("random").tensor(op, shape, config.options(["mean", "std"]));
  const keys = initializers.get(op);
  if (keys === undefined) throw new Unsupported(`the runner does not know the initialiser ${op}`);
  // Our words for modes and activations are PyTorch's in camelCase.
  const options = Object.entries(config.options(keys)).map(([key, value]) => [
    key,
    typeof value === "string" ? camelCase(value) : value,
  ]);
  return api.tensor(camelCase(op), shape, Object.fromEntries(options));
}

/** The parameter that a module starts with. */
function drawDefault(api: Api, op: string, shape: readonly number[], config: Config): Tensor {
  // An embedding's arguments are its weight's shape, and the fixtures give nothing else.
  const known = op === "default_Embedding" ? `Embedding(${shape.join(", ")})` : undefined;
  const source = config.maybe("module", config.string) ?? known;
  if (source === undefined) throw new Unsupported("config.module is missing");
  const { name, args, named } = parseCall(source);
  const leading = positionalArguments(name);
  const values = { ...Object.fromEntries(args.map((value, i) => [leading[i] ?? `argument ${i}`, value])), ...named };
  const parameterName = config.maybe("parameter", config.string) ?? "weight";
  const parameter = constructModule(api, name, new Config(values)).parameters.get(parameterName);
  if (parameter === undefined) throw new Unsupported(`${name} has no parameter ${parameterName}`);
  return parameter;
}
