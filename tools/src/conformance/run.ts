import type { Api } from "./api.ts";
import { runTraining } from "./e2e.ts";
import type { Folder } from "./folder.ts";
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

type CaseRunner = (context: Context, fixture: FixtureCase, folder: Folder) => Promise<Mismatch[]>;

/** How the cases of each group are run. */
const runners = {
  ops: ({ api }, fixture) => runOperation(api, fixture),
  layers: ({ api }, fixture) => runLayer(api, fixture),
  losses: ({ api }, fixture) => runLoss(api, fixture),
  optim: ({ api }, fixture) => runOptimizer(api, fixture),
  schedules: (_, fixture) => runSchedule(fixture),
  init: ({ api }, fixture) => runInitializer(api, fixture),
  e2e: ({ api, mnist }, fixture, folder) => runTraining(api, fixture, folder, mnist),
} satisfies Record<string, CaseRunner>;

export type GroupName = keyof typeof runners;

export const groupNames = Object.keys(runners) as GroupName[];

/** Groups whose cases make updates: an update ends what others have not read yet, so these run one by one. */
const updating: readonly string[] = ["optim", "e2e"] satisfies readonly GroupName[];
/** How many cases of the other groups are under way at a time: kernels of all of them compile at once. */
const together = 50;

/** Runs the cases of a group. */
export async function runGroup(context: Context, { group, folder, cases }: FixtureGroup): Promise<GroupResult> {
  const start = performance.now();
  const runner: CaseRunner = runners[group as GroupName];
  const batch = updating.includes(group) ? 1 : together;
  const results: CaseResult[] = [];
  for (let first = 0; first < cases.length; first += batch) {
    const running = cases.slice(first, first + batch).map(async (fixture): Promise<CaseResult> => {
      const { name, op } = fixture;
      return { name, op, outcome: await outcomeOf(runner(context, fixture, folder)) };
    });
    results.push(...(await Promise.all(running)));
  }
  return { group, seconds: (performance.now() - start) / 1000, cases: results };
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
