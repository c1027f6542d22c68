import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { Config } from "./config.ts";
import { compareCase, makeLeaves } from "./evaluate.ts";
import { formulas } from "./formulas.ts";
import type { Operation } from "./operation.ts";
import { operations } from "./operations/index.ts";
import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import type { FixtureCase } from "./read.ts";

/** Config keys that only describe what the inputs are. */
const descriptive = ["shapes", "special", "note"];

/** Runs a case of the group `ops`. */
export async function runOperation(api: Api, fixture: FixtureCase): Promise<Mismatch[]> {
  const config = new Config(fixture.config, descriptive);
  const operation = findOperation(fixture, config);
  const leaves = makeLeaves(api, fixture, [...fixture.inputs, ...fixture.params]);
  const result = await operation(api, [...leaves.values()], config);
  config.assertAllRead();
  const outputs = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
  return compareCase(api, fixture, outputs, leaves);
}

/** A formula stands for itself, whatever the case calls it. */
function findOperation({ op }: FixtureCase, config: Config): Operation {
  if (config.has("expr")) {
    const expression = config.string("expr");
    const formula = formulas.get(expression.replace(/\s+/g, ""));
    if (formula === undefined) throw new Unsupported(`the runner does not know the formula ${expression}`);
    return formula;
  }
  const operation = operations.get(op);
  if (operation === undefined) throw new Unsupported(`the runner does not know the operation ${op}`);
  return operation;
}
