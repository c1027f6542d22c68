import { execFile } from "node:child_process";
import path from "node:path";
import { root } from "./root.ts";

/** What a tool printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a tool of the workspace, or one from PATH, to its end.
 *
 * @throws Error with all that it printed if it fails.
 */
export function runTool(command: string, args: readonly string[], folder: string): Promise<Output> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
        NO_COLOR: "1",
        NEXT_TELEMETRY_DISABLED: "1",
      },
      maxBuffer: 2 ** 26,
      shell: process.platform === "win32", // tools are .cmd files there
    };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${command} ${args.join(" ")}: ${error.code ?? error.signal}\n${stdout}${stderr}`));
    });
  });
}
