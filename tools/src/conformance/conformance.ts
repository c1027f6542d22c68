import { Api } from "./api.ts";
import { useBackend } from "./backends.ts";
import { Mnist } from "./mnist.ts";
import { parseOptions, usage } from "./options.ts";
import type { Options } from "./options.ts";
import { UsageError, count } from "./outcome.ts";
import type { GroupResult } from "./outcome.ts";
import { packages } from "./packages.ts";
import { listManifests, readGroup } from "./read.ts";
import type { FixtureGroup } from "./read.ts";
import { describeGroup, totals, writeJson } from "./report.ts";
import { groupNames, runGroup } from "./run.ts";

/** Where lines go. */
export interface Output {
  readonly line: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Runs the command and returns its exit code: 0 all passed, 1 not all passed, 2 bad usage. */
export async function conformance(args: readonly string[], output: Output): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      output.line(usage);
      return 0;
    }
    const results = await runAll(options, output);
    return count(results, "failed") + count(results, "unsupported") === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.error(`conformance: ${error.message}`);
    return 2;
  }
}

async function runAll(options: Options, output: Output): Promise<GroupResult[]> {
  // All manifests are read before the first case runs, so that a bad one does not show after minutes.
  const groups = readGroups(options, output);
  await useBackend(options.backend, packages, options.threads);
  const api = new Api(packages);
  const context = { api, mnist: new Mnist(api, options.data) };
  const results: GroupResult[] = [];
  for (const group of groups) {
    const result = await runGroup(context, group);
    results.push(result);
    for (const line of describeGroup(result)) output.line(line);
  }
  const { fixtures, backend, json } = options;
  if (json !== undefined) await writeJson(json, { fixtures, backend }, results);
  output.line(totals(results));
  return results;
}

function readGroups({ fixtures, groups, filter }: Options, output: Output): FixtureGroup[] {
  const present = listManifests(fixtures);
  const wanted = groups ?? groupNames.filter((name) => present.includes(name));
  const missing = wanted.filter((name) => !present.includes(name));
  if (missing.length > 0) throw new UsageError(`there is no ${missing[0]}.json in ${fixtures}`);
  if (wanted.length === 0) throw new UsageError(`there is no manifest in ${fixtures} (${groupNames.join(", ")}).json`);
  const unknown = groups === undefined ? present.filter((name) => !groupNames.some((known) => known === name)) : [];
  if (unknown.length > 0) output.line(`ignored, because no group of that name is known: ${unknown.join(", ")}`);
  const selected = wanted.map((name) => {
    const group = readGroup(fixtures, name);
    return { ...group, cases: group.cases.filter((fixture) => filter?.test(fixture.name) ?? true) };
  });
  if (selected.every(({ cases }) => cases.length === 0)) throw new UsageError("there are no cases to run");
  return selected.filter(({ cases }) => cases.length > 0);
}
