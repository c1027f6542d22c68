import { spawn } from "node:child_process";
import os from "node:os";
import { environment, root } from "./setup.mjs";

/**
 * Runs a tool of the workspace in the root folder. With `quiet`, its output is kept, and shown only if it fails;
 * `interactive` leaves it the input of the terminal.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, interactive?: boolean }} [options]
 * @returns {Promise<number>} the exit code
 */
export function runTool(command, args, { quiet = false, interactive = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      // Turbo takes its output for a terminal's whatever it is.
      env: { ...environment(), ...(process.stdout.isTTY || process.env["FORCE_COLOR"] ? {} : { NO_COLOR: "1" }) },
      stdio: [interactive ? "inherit" : "ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
      shell: process.platform === "win32",
    });
    const kept = [];
    child.stdout?.on("data", (chunk) => kept.push(chunk));
    child.stderr?.on("data", (chunk) => kept.push(chunk));
    child.on("error", (error) => {
      process.stderr.write(`Could not start ${command}: ${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code, signal) => {
      const status = exitCode(code, signal);
      if (quiet && status !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(status);
    });
  });
}

/**
 * Runs a built program in the folder from which the user called, on the user's terminal. This process stays until the
 * program has ended, whatever signal comes, so that the program may end in its own time.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export function runProgram(file, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: process.env["INIT_CWD"] ?? process.cwd(),
      env: environment(),
      stdio: "inherit",
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forwarder(child, signal));
    child.on("error", (error) => {
      process.stderr.write(`Could not start ${file}: ${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code, signal) => resolve(exitCode(code, signal)));
  });
}

/**
 * A terminal sends Ctrl-C to the program itself, and npm sends it to this process once more: passing it on would make
 * two or three of one. Without a terminal, the copies that come within a second count as one.
 */
function forwarder(child, signal) {
  let last = -Infinity;
  return () => {
    if (signal === "SIGINT" && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)) return;
    const now = performance.now();
    if (now - last < 1000) return;
    last = now;
    child.kill(signal);
  };
}

/** The code a shell would give. */
function exitCode(code, signal) {
  return code ?? 128 + (os.constants.signals[signal] ?? 0);
}
