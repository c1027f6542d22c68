import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";
import type { FixtureCase } from "./read.ts";

/** Runs a case of the group `schedules`: the API of schedules is not settled, so none is supported. */
export async function runSchedule({ op }: FixtureCase): Promise<Mismatch[]> {
  throw new Unsupported(`${op}: @minima/optim has no learning-rate schedules yet`);
}
