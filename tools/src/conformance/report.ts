import { rename, rm, writeFile } from "node:fs/promises";
import { UsageError, count } from "./outcome.ts";
import type { GroupResult } from "./outcome.ts";
import { messageOf } from "./read.ts";

/** The lines of one group: its counts and each case that did not pass. */
export function describeGroup({ group, seconds, cases }: GroupResult): string[] {
  const results = [{ group, seconds, cases }];
  const lines = [`${group}: ${totals(results)} (${seconds.toFixed(1)} s)`];
  for (const { name, outcome } of cases) {
    if (outcome.status === "failed") {
      for (const { role, problem } of outcome.mismatches) lines.push(`  failed ${name}: ${role}: ${problem}`);
    }
  }
  return [...lines, ...describeUnsupported(results[0])];
}

/** Unsupported cases, those with the same reason in one line. */
function describeUnsupported({ cases }: GroupResult): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, outcome } of cases) {
    if (outcome.status !== "unsupported") continue;
    const names = byReason.get(outcome.reason) ?? [];
    byReason.set(outcome.reason, names);
    names.push(name);
  }
  return [...byReason].map(([reason, names]) => `  unsupported ${names.join(", ")}: ${reason}`);
}

/** `N passed, N failed, N unsupported`. */
export function totals(groups: readonly GroupResult[]): string {
  return (["passed", "failed", "unsupported"] as const)
    .map((status) => `${count(groups, status)} ${status}`)
    .join(", ");
}

/** Writes the results beside `file` first, so that a failure leaves no half of them. */
export async function writeJson(
  file: string,
  about: Readonly<Record<string, unknown>>,
  groups: readonly GroupResult[],
): Promise<void> {
  const counts = (list: readonly GroupResult[]) => ({
    passed: count(list, "passed"),
    failed: count(list, "failed"),
    unsupported: count(list, "unsupported"),
  });
  const report = {
    ...about,
    ...counts(groups),
    groups: groups.map(({ group, seconds, cases }) => ({
      group,
      seconds,
      ...counts([{ group, seconds, cases }]),
      cases: cases.map(({ name, op, outcome }) => ({ name, op, ...outcome })),
    })),
  };
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(report, null, 2)}\n`);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}
