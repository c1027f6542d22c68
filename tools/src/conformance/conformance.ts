import { DiskFolder, listManifests } from "./disk-folder.ts";
import { parseOptions, usage } from "./options.ts";
import type { Options } from "./options.ts";
import { UsageError, count } from "./outcome.ts";
import type { GroupResult } from "./outcome.ts";
import { readGroup } from "./read.ts";
import type { FixtureGroup } from "./read.ts";
import { describeGroup, totals, writeJson } from "./report.ts";
import { groupNames } from "./run.ts";
import { type Runner, startHere } from "./runner.ts";

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
  const groups = await readGroups(options, output);
  const runner = await (options.browser ? startInBrowser(options) : startHere(options));
  const results: GroupResult[] = [];
  try {
    for (const group of groups) {
      const result = await runner.run(group);
      results.push(result);
      for (const line of describeGroup(result)) output.line(line);
    }
  } finally {
    await runner.close();
  }
  const { fixtures, backend, browser, json } = options;
  if (json !== undefined) await writeJson(json, { fixtures, backend, browser }, results);
  output.line(totals(results));
  return results;
}

/** Loaded when it is asked for: it brings a browser and a bundler. */
async function startInBrowser(options: Options): Promise<Runner> {
  return (await import("./browser/browser-runner.ts")).startInBrowser(options);
}

async function readGroups({ fixtures, groups, filter, every }: Options, output: Output): Promise<FixtureGroup[]> {
  const present = listManifests(fixtures);
  const wanted = groups ?? groupNames.filter((name) => present.includes(name));
  const missing = wanted.filter((name) => !present.includes(name));
  if (missing.length > 0) throw new UsageError(`there is no ${missing[0]}.json in ${fixtures}`);
  if (wanted.length === 0) throw new UsageError(`there is no manifest in ${fixtures} (${groupNames.join(", ")}).json`);
  const unknown = groups === undefined ? present.filter((name) => !groupNames.some((known) => known === name)) : [];
  if (unknown.length > 0) output.line(`ignored, because no group of that name is known: ${unknown.join(", ")}`);
  const selected: FixtureGroup[] = [];
  for (const name of wanted) {
    const group = await readGroup(new DiskFolder(fixtures), name);
    const matching = group.cases.filter((fixture) => filter?.test(fixture.name) ?? true);
    selected.push({ ...group, cases: matching.filter((_, i) => i % every === 0) });
  }
  if (selected.every(({ cases }) => cases.length === 0)) throw new UsageError("there are no cases to run");
  return selected.filter(({ cases }) => cases.length > 0);
}
