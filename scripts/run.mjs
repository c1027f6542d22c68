/**
 * Every `npm run` command of the root. Node and npm are enough: what is missing is installed first, with the pnpm that
 * package.json names, and what is out of date is built. Arguments after `--` go to the command.
 */
import path from "node:path";
import { runProgram, runTool } from "./launch.mjs";
import { fail, install, root } from "./setup.mjs";
import { addFailure, addReports, failedTasks, forget, printSum, printTotals } from "./totals.mjs";

/** Runs tasks of the packages; a failure stops only what stands on it. */
function turbo(tasks, options = [], concurrency = 2) {
  return runTool("turbo", [
    "run",
    ...tasks,
    `--concurrency=${concurrency}`,
    "--continue=dependencies-successful",
    "--output-logs=errors-only",
    ...options,
  ]);
}

/** Builds a package and what it stands on, saying so only if that takes a while, and starts one of its programs. */
async function program(workspace, file, args) {
  const note = setTimeout(() => process.stderr.write(`Building ${workspace} ...\n`), 1500);
  const status = await runTool("turbo", ["run", "build", `--filter=${workspace}`, "--output-logs=errors-only"], {
    quiet: true,
  });
  clearTimeout(note);
  if (status !== 0) fail(`The build of ${workspace} failed; what it said stands above.`);
  return runProgram(path.join(root, file), args);
}

/**
 * All checks, all unit tests, and the tests of the packages as they are published. Ends with how many tests passed and
 * failed; a failed check counts as one failure.
 */
async function test(args) {
  forget("test", ["test", "test:pack"]);
  const checks = ["build", "typecheck", "lint", "lint:root", "check:package"];
  const checksStatus = await turbo(checks, ["--summarize", ...args]);
  const formatStatus = await format("--check");
  return count("test", ["test", "test:pack"], args, [
    ...(checksStatus !== 0 && failedTasks([]).length === 0 ? ["turbo: what it said stands above"] : []),
    ...(formatStatus !== 0 ? ["prettier: run `npm run format`"] : []),
  ]);
}

/** The tests of minutes. */
function testLong(args) {
  forget("test:long");
  return count("test:long", ["test:long"], args, []);
}

/** The tests of the packages as they are published. */
function testPack(args) {
  forget("test:pack");
  return count("test:pack", ["test:pack"], args, []);
}

/**
 * Runs test tasks and prints the totals. Within a package two test files run at a time, so packages run one by one.
 *
 * @param {string} name what the totals are kept under
 * @param {readonly string[]} tasks
 * @param {readonly string[]} args
 * @param {readonly string[]} failures what failed before
 * @returns {Promise<number>} the exit code
 */
async function count(name, tasks, args, failures) {
  const status = await turbo(tasks, ["--summarize", ...args], 1);
  const totals = addReports(tasks);
  for (const failure of [...failedTasks(tasks), ...failures]) addFailure(totals, failure);
  if (status !== 0 && totals.failed === 0) addFailure(totals, "turbo: what it said stands above");
  printTotals(name, totals);
  return totals.failed === 0 ? 0 : 1;
}

/** What the packages weigh in a page. */
async function size(args) {
  const built = (await turbo(["build"])) || (await runProgram(path.join(root, "scripts/bundle-sizes.mjs"), []));
  return built || runTool("size-limit", args);
}

function format(mode) {
  return runTool("prettier", [mode, ".", "--cache", "--cache-location=.cache/prettier", "--log-level=warn"]);
}

const commands = {
  demo: (args) => program("mnist-demo", "apps/mnist-demo/dist/main.js", args),
  conformance: (args) => program("tools", "tools/dist/conformance/main.js", args),
  bench: (args) => program("tools", "tools/dist/bench/main.js", args),
  soak: (args) => program("tools", "tools/dist/soak/main.js", args),
  test,
  "test:long": testLong,
  "test:pack": testPack,
  "test:sum": (names) => printSum(names),
  build: (args) => turbo(["build"], args),
  typecheck: (args) => turbo(["typecheck"], args),
  lint: (args) => turbo(["lint", "lint:root"], args),
  format: () => format("--write"),
  knip: (args) => runTool("knip", args),
  size,
  changeset: (args) => runTool("changeset", args, { interactive: true }),
};

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
if (command === undefined) fail(`Unknown command "${name}"; there are ${Object.keys(commands).join(", ")}.`);
if (name !== "test:sum") install();
process.exitCode = await command(args);
