import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./setup.mjs";
import { workspaces } from "./workspaces.mjs";

/**
 * What a run of `npm test` counts: tests as vitest counts them, and every check that failed (a build, a type-check, a
 * lint, ...) as one failure.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Totals
 */

const folder = path.join(root, ".cache/totals");
const runs = path.join(root, ".turbo/runs");

/**
 * Removes what former runs left, so that only what really ran is counted.
 *
 * @param {string} name what the totals are kept under
 * @param {readonly string[]} tasks the tasks that leave reports
 */
export function forget(name, tasks = [name]) {
  for (const workspace of workspaces()) for (const task of tasks) rmSync(reportFile(workspace, task), { force: true });
  rmSync(runs, { recursive: true, force: true });
  rmSync(totalsFile(name), { force: true });
}

/**
 * The failures among the tasks that turbo's summaries list (`--summarize`), those of the tasks `except` left out.
 *
 * @param {readonly string[]} except
 * @returns {string[]} such as "@minima/tensor#lint"
 */
export function failedTasks(except) {
  const failed = summaries()
    .flatMap((summary) => summary.tasks)
    .filter((task) => !except.includes(task.task) && (task.execution?.exitCode ?? 0) !== 0)
    .map((task) => task.taskId);
  // A build that fails is tried again for the tests that stand on it.
  return [...new Set(failed)];
}

/**
 * Adds up vitest's reports, one a package and task, which the tasks leave and turbo restores from its cache.
 *
 * @param {readonly string[]} names the tasks: `test`, `test:long`, `test:pack`
 * @returns {Totals}
 */
export function addReports(names) {
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const tasks = summaries().flatMap((summary) => summary.tasks);
  for (const workspace of workspaces()) {
    for (const name of names) {
      const task = tasks.find((each) => each.package === workspace.manifest.name && each.task === name);
      const report = readJson(reportFile(workspace, name));
      const before = totals.failed;
      if (report !== undefined) addReport(totals, report);
      // Vitest found no tests, did not come as far as a report, or failed outside of a test (an unhandled rejection).
      if (task?.execution?.exitCode > 0 && totals.failed === before) addFailure(totals, task.taskId);
    }
  }
  return totals;
}

/** Counts a failure that is not a test's. */
export function addFailure(totals, what) {
  totals.failed += 1;
  totals.failures.push(what);
}

/** The closing lines, and the same for `.ci/run` to add up. */
export function printTotals(name, totals) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(totalsFile(name), JSON.stringify(totals));
  print(totals);
}

/**
 * Prints the sum of all runs since the totals were last forgotten.
 *
 * @param {readonly string[]} expected runs that count as a failure if they left no totals
 * @returns {number} the exit code
 */
export function printSum(expected) {
  const sum = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of expected) {
    const totals = readJson(totalsFile(name));
    if (totals === undefined) {
      addFailure(sum, `npm run ${name} did not finish`);
      continue;
    }
    sum.passed += totals.passed;
    sum.failed += totals.failed;
    sum.skipped += totals.skipped;
    sum.failures.push(...totals.failures);
  }
  print(sum);
  return sum.failed === 0 ? 0 : 1;
}

function print({ passed, failed, skipped, failures }) {
  console.log();
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${passed} passed, ${failed} failed`);
}

function addReport(totals, report) {
  for (const file of report.testResults) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const test of file.assertionResults) {
      const fate = test.status === "passed" || test.status === "failed" ? test.status : "skipped";
      count[fate] += 1;
      if (fate === "failed") totals.failures.push(`${relative(file.name)} > ${test.fullName}`);
    }
    totals.passed += count.passed;
    totals.failed += count.failed;
    totals.skipped += count.skipped;
    // A file that could not be loaded, or a hook around the tests, fails with no test that did.
    if (file.status === "failed" && count.failed === 0) addFailure(totals, relative(file.name));
  }
}

function summaries() {
  try {
    return readdirSync(runs).map((file) => readJson(path.join(runs, file)));
  } catch {
    return [];
  }
}

function totalsFile(name) {
  return path.join(folder, `${name.replace(":", "-")}.json`);
}

function reportFile(workspace, name) {
  return path.join(root, workspace.folder, `.reports/${name.replace(":", "-")}.json`);
}

function relative(file) {
  return path.relative(root, file).replaceAll("\\", "/");
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
