import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createBackend } from "../command/backend.ts";
import { UsageError } from "../conformance/outcome.ts";
import { type Mode, modes } from "./modes.ts";
import { type Options, parseOptions, usage } from "./options.ts";
import type { Sample } from "./sample.ts";
import { judge } from "./verdict.ts";

/** Where lines go. */
export interface Output {
  readonly line: (text: string) => void;
  readonly error: (text: string) => void;
}

const program = new URL("./training-process.js", import.meta.url);

/** The engine collects soon, so that what waits for the collector is not taken for a leak, and does not hide one. */
const collector = "--optimize-for-size";
/** glibc gives arrays of this many bytes back to the system when they are collected, instead of keeping some. */
const allocator = { MALLOC_MMAP_THRESHOLD_: "32768" };

/** Runs the command and returns its exit code: 0 flat, 1 not flat, 2 bad usage. */
export async function soak(args: readonly string[], output: Output): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      output.line(usage);
      return 0;
    }
    await createBackend(options.backend); // one that does not start shows here, as one line
    let isFlat = true;
    for (const mode of options.mode === undefined ? modes : [options.mode]) {
      isFlat = (await soakMode(mode, options, output)) && isFlat;
    }
    return isFlat ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.error(`soak: ${error.message}`);
    return 2;
  }
}

/** Each mode has a process of its own, so that none sees the memory of another. */
async function soakMode(mode: Mode, { steps, backend }: Options, output: Output): Promise<boolean> {
  const args = [...process.execArgv, collector, fileURLToPath(program), mode, String(steps), backend];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...allocator, ...process.env },
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const samples: Sample[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    output.line(line);
    samples.push(JSON.parse(line) as Sample);
  }
  const code = await exit;
  if (code !== 0) {
    output.error(`${mode}: the training process ended with ${code === null ? "a signal" : `code ${code}`}`);
    return false;
  }
  const { isFlat, text } = judge(samples);
  output.error(`${mode}: ${text}`);
  return isFlat;
}
