import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { asTensor } from "./api.ts";
import { compareNumbers } from "./compare.ts";
import { Config } from "./config.ts";
import { buildObjective } from "./objective.ts";
import { buildOptimizer, gradientOf } from "./optimizer.ts";
import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import { isRecord, toleranceOf } from "./read.ts";
import type { FixtureCase } from "./read.ts";

/** Changes the gradients before a step and tells what it measured. */
type Clip = (parameters: readonly Tensor[]) => Tensor | undefined;

/**
 * Runs a case of the group `optim`: minimises the objective with gradients of our own, and compares every step of
 * the trajectory.
 */
export async function runOptimizer(api: Api, fixture: FixtureCase): Promise<Mismatch[]> {
  const config = new Config(fixture.config);
  const objective = buildObjective(api, fixture, config.string("objective"));
  const steps = config.integer("steps");
  const parameters = fixture.params.map(
    (role) => new (api.class("Variable"))(api.leaf(fixture.tensor(role)), { requiresGrad: true }) as Tensor,
  );
  const clip = buildClip(api, fixture.op, config);
  const name = config.maybe("optimizer", config.string) ?? fixture.op;
  const optimizer = buildOptimizer(api, name, groupsOf(fixture, config, parameters), config);
  config.assertAllRead();

  const recorder = new Recorder();
  for (let step = 0; step < steps; step++) {
    await recordParameters(recorder, fixture, parameters);
    const loss = objective(parameters);
    optimizer.zeroGrad();
    loss.backward();
    const norm = clip?.(parameters);
    recorder.add("loss", await loss.data());
    if (norm !== undefined) recorder.add("total_norm", await norm.data());
    for (const [i, role] of fixture.params.entries()) {
      recorder.add(`grad_${variableName(role)}`, await gradientOf(parameters[i]));
    }
    await optimizer.step();
  }
  await recordParameters(recorder, fixture, parameters);
  return recorder.compare(fixture);
}

/** Collects rows of quantities. */
class Recorder {
  readonly #rows = new Map<string, number[]>();

  add(quantity: string, row: ArrayLike<number>): void {
    const rows = this.#rows.get(quantity) ?? [];
    this.#rows.set(quantity, rows);
    for (let i = 0; i < row.length; i++) rows.push(row[i]);
  }

  /** Every output of the case must have been recorded. */
  compare(fixture: FixtureCase): Mismatch[] {
    const mismatches = fixture.outputs.map((role) => {
      const rows = this.#rows.get(role);
      if (rows === undefined) throw new Unsupported(`the runner does not know the output ${role}`);
      const want = fixture.tensor(role);
      return compareNumbers(role, rows, want.data, toleranceOf(fixture), want.shape);
    });
    return mismatches.filter((mismatch) => mismatch !== undefined);
  }
}

async function recordParameters(
  recorder: Recorder,
  fixture: FixtureCase,
  parameters: readonly Tensor[],
): Promise<void> {
  for (const [i, role] of fixture.params.entries()) {
    recorder.add(`traj_${variableName(role)}`, await parameters[i].data());
  }
}

/** The start of `x` is called `x0`. */
function variableName(role: string): string {
  return role.replace(/0$/, "");
}

/** The parameters, or groups of them with options of their own. */
function groupsOf(fixture: FixtureCase, config: Config, parameters: readonly Tensor[]): readonly unknown[] {
  const groups = config.optional("param_groups");
  if (groups === undefined) return parameters;
  if (!isRecord(groups)) throw new Unsupported("config.param_groups must be an object");
  return fixture.params.map((role, i) => {
    const own = groups[variableName(role)];
    if (!isRecord(own)) throw new Unsupported(`config.param_groups has no entry for ${variableName(role)}`);
    const options = new Config(own);
    const group = { parameters: [parameters[i]], ...options.options(["lr", "weight_decay", "momentum"]) };
    options.assertAllRead();
    return group;
  });
}

function buildClip(api: Api, op: string, config: Config): Clip | undefined {
  if (op === "clip_grad_norm") {
    const clip = api.from("@minima/optim").lookup("clipGradNorm");
    const maxNorm = config.number("max_norm");
    const options = config.options(["norm_type"]);
    return (parameters) => asTensor(clip(parameters, maxNorm, options), "clipGradNorm");
  }
  if (op === "clip_grad_value") {
    const clip = api.from("@minima/optim").lookup("clipGradValue");
    const value = config.number("clip_value");
    return (parameters) => {
      clip(parameters, value);
      return undefined;
    };
  }
  return undefined;
}
