import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a program of its own printed, and how long that took from its start, by our clock. */
export interface ChildResult<T> {
  readonly elapsed: number;
  readonly printed: T;
}

/** Runs a built program in a process of its own; it prints one JSON value. */
export function runChild<T>(program: URL, args: readonly string[]): Promise<ChildResult<T>> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    let elapsed = NaN;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      elapsed = performance.now() - begin;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`the process of ${args.join(" ")} ended with code ${code}`));
      else resolve({ elapsed, printed: JSON.parse(output) as T });
    });
  });
}
