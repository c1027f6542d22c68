import type { Tensor } from "@minima/tensor";
import { hostOf } from "./api.ts";
import type { Api } from "./api.ts";
import { compareNumbers, compareTensors } from "./compare.ts";
import type { Mismatch } from "./outcome.ts";
import { toleranceOf } from "./read.ts";
import type { FixtureCase } from "./read.ts";

/** A tensor that gradients flow to, read after `backward`. */
export type Differentiable = Pick<Tensor, "grad" | "shape">;

/** Leaves for inputs and parameters; those that the fixtures have a gradient for require one. */
export function makeLeaves(api: Api, fixture: FixtureCase, roles: readonly string[]): Map<string, Tensor> {
  return new Map(roles.map((role) => [role, api.leaf(fixture.tensor(role), role in fixture.grads)]));
}

/**
 * Compares the outputs, in the order of `fixture.outputs`, and the gradients of L = sum over `grad_outputs` of
 * sum(output * weight).
 *
 * @param leaves what `fixture.grads` names
 */
export async function compareCase(
  api: Api,
  fixture: FixtureCase,
  outputs: readonly Tensor[],
  leaves: ReadonlyMap<string, Differentiable>,
): Promise<Mismatch[]> {
  if (outputs.length !== fixture.outputs.length) {
    return [{ role: "outputs", problem: `there are ${outputs.length}, expected ${fixture.outputs.length}` }];
  }
  const tolerance = toleranceOf(fixture);
  const mismatches: (Mismatch | undefined)[] = [];
  for (const [i, role] of fixture.outputs.entries()) {
    mismatches.push(compareTensors(role, await hostOf(outputs[i]), fixture.tensor(role), tolerance));
  }
  // A wrong shape or dtype would make L throw, and say less.
  if (Object.keys(fixture.grads).length > 0 && !mismatches.some((mismatch) => mismatch !== undefined)) {
    weightedSum(api, fixture, outputs)?.backward();
    for (const [role, gradRole] of Object.entries(fixture.grads)) {
      mismatches.push(await compareGradient(fixture, role, gradRole, leaves.get(role)));
    }
  }
  return mismatches.filter((mismatch) => mismatch !== undefined);
}

/** L, or undefined if it does not depend on anything that requires a gradient: then all gradients are zero. */
function weightedSum(api: Api, fixture: FixtureCase, outputs: readonly Tensor[]): Tensor | undefined {
  let total: Tensor | undefined;
  for (const [role, weightRole] of Object.entries(fixture.gradOutputs)) {
    const output = outputs[fixture.outputs.indexOf(role)];
    if (!output.requiresGrad) continue;
    const term = api.tensor("sum", api.tensor("mul", output, api.leaf(fixture.tensor(weightRole))));
    total = total === undefined ? term : api.tensor("add", total, term);
  }
  return total;
}

async function compareGradient(
  fixture: FixtureCase,
  role: string,
  gradRole: string,
  leaf: Differentiable | undefined,
): Promise<Mismatch | undefined> {
  const want = fixture.tensor(gradRole);
  if (leaf === undefined) return { role: gradRole, problem: `there is no input or parameter ${role}` };
  const { grad } = leaf;
  if (grad !== null) return compareTensors(gradRole, await hostOf(grad), want, toleranceOf(fixture));
  // No gradient arrived: right only where L does not depend on the leaf.
  return compareNumbers(gradRole, new Float32Array(want.data.length), want.data, toleranceOf(fixture), want.shape);
}
