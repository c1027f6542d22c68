import { performance } from "node:perf_hooks";
import type { Api } from "./api.ts";
import { runTraining } from "./e2e.ts";
import { runInitializer } from "./init.ts";
import { runLayer } from "./layers.ts";
import { runLoss } from "./losses.ts";
import type { Mnist } from "./mnist.ts";
import { runOperation } from "./ops.ts";
import { runOptimizer } from "./optim.ts";
import { Unsupported, UsageError } from "./outcome.ts";
import type { CaseResult, GroupResult, Mismatch, Outcome } from "./outcome.ts";
import type { FixtureCase, FixtureGroup } from "./read.ts";
import { messageOf } from "./read.ts";
import { runSchedule } from "./schedules.ts";

/** What cases may need. */
export interface Context {
  readonly api: Api;
  readonly mnist: Mnist;
}

type CaseRunner = (context: Context, fixture: FixtureCase, directory: string) => Promise<Mismatch[]>;

/** How the cases of each group are run. */
const runners = {
  ops: ({ api }, fixture) => runOperation(api, fixture),
  layers: ({ api }, fixture) => runLayer(api, fixture),
  losses: ({ api }, fixture) => runLoss(api, fixture),
  optim: ({ api }, fixture) => runOptimizer(api, fixture),
  schedules: (_, fixture) => runSchedule(fixture),
  init: ({ api }, fixture) => runInitializer(api, fixture),
  e2e: ({ api, mnist }, fixture, directory) => runTraining(api, fixture, directory, mnist),
} satisfies Record<string, CaseRunner>;

export type GroupName = keyof typeof runners;

export const groupNames = Object.keys(runners) as GroupName[];

/** Runs the cases of a group one after the other. */
export async function runGroup(context: Context, group: FixtureGroup): Promise<GroupResult> {
  const start = performance.now();
  const runner: CaseRunner = runners[group.group as GroupName];
  const cases: CaseResult[] = [];
  for (const fixture of group.cases) {
    const outcome = await outcomeOf(runner(context, fixture, group.directory));
    cases.push({ name: fixture.name, op: fixture.op, outcome });
  }
  return { group: group.group, seconds: (performance.now() - start) / 1000, cases };
}

/** An error of our packages is a failure of the case; one of the fixtures ends the run. */
async function outcomeOf(running: Promise<Mismatch[]>): Promise<Outcome> {
  try {
    const mismatches = await running;
    return mismatches.length === 0 ? { status: "passed" } : { status: "failed", mismatches };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Unsupported) return { status: "unsupported", reason: error.message };
    return { status: "failed", mismatches: [{ role: "error", problem: messageOf(error) }] };
  }
}
