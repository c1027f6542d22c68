import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** npx is a .cmd file on Windows, which needs a shell. */
const usesShell = process.platform === "win32";

/**
 * Installs the dependencies with the pnpm that package.json names, unless node_modules already is what the lock file
 * says (pnpm leaves a copy of the lock file it installed from).
 */
export function install() {
  checkNode();
  const wanted = readIfThere(path.join(root, "pnpm-lock.yaml"));
  if (wanted === undefined) fail("pnpm-lock.yaml is missing: this is not a whole checkout of the repository.");
  if (wanted === readIfThere(path.join(root, "node_modules/.pnpm/lock.yaml"))) return;

  const pnpm = manifest.packageManager;
  process.stderr.write(`Setting up: installing dependencies with ${pnpm} ...\n`);
  const started = performance.now();
  const { status, output } = runNpx([
    "--yes",
    pnpm,
    "--dir",
    usesShell ? `"${root}"` : root,
    "install",
    "--frozen-lockfile",
  ]);
  if (status !== 0) {
    process.stderr.write(output);
    fail(explain(output, pnpm));
  }
  process.stderr.write(`Set up in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** The environment of everything that is started: the workspace's tools on PATH, and no questions or telemetry. */
export function environment() {
  const sharedFolder = path.join(root, "../shared");
  return {
    // Fixtures beside the checkout; named here so that turbo's cache knows whether they were there.
    ...(existsSync(sharedFolder) ? { MINIMA_SHARED: sharedFolder } : {}),
    ...process.env,
    PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    DO_NOT_TRACK: "1",
  };
}

/** Ends the process with one line and code 1. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Minima needs Node ${manifest.engines.node}; this is Node ${process.versions.node}.`);
}

function runNpx(args) {
  // Output is kept and shown only if it fails. Elsewhere than in the root npx takes a pnpm of its own, not the one in
  // node_modules, which an install may take away.
  const result = spawnSync("npx", args, {
    cwd: tmpdir(),
    env: environment(),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
    shell: usesShell,
  });
  if (result.error) return { status: 1, output: `${result.error.message}\n` };
  return { status: result.status ?? 1, output: `${result.stdout}${result.stderr}` };
}

function explain(output, pnpm) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_PNPM_NO_OFFLINE/.test(output)) {
    return "Set-up failed: the package registry could not be reached. Set-up needs a network once; connect and run this command again.";
  }
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return `Set-up failed: pnpm-lock.yaml does not fit a package.json. Run "npx ${pnpm} install" and commit pnpm-lock.yaml.`;
  }
  if (/ENOSPC/.test(output)) return "Set-up failed: the disk is full. Free some space and run this command again.";
  return `Set-up failed; what ${pnpm} said stands above.`;
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
