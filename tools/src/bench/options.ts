import path from "node:path";
import { readArguments, readChoice, readCount } from "../command/arguments.ts";
import { type BackendName, backendNames } from "../command/backend.ts";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

export const usage = `Usage: npm run bench -- [options]

  --backend NAME    ${backendNames.join(" or ")} (default: cpu)
  --threads N       threads of the CPU backend (default: what it chooses itself)
  --filter REGEX    only cases whose name matches
  --json FILE       also write the lines to FILE
  --profile         time each step of the programs too, and print the steps, slowest first (cpu only)
  --compare FILES   measure nothing: print a Markdown table of files of such lines, ours or the peers', with commas between
  --help            print this

One JSON object a line for each case, times in milliseconds. With webgpu also what one run has the device do: dispatches,
submits, and bytes bound as profile() of @minima/backend-webgpu counts them. Exit code: 0 if all cases ran and gave the numbers that the
peers give, 1 if not, 2 on bad usage.`;

export interface Options {
  readonly backend: BackendName;
  /** Undefined: what the backend chooses. */
  readonly threads: number | undefined;
  readonly filter: RegExp | undefined;
  readonly json: string | undefined;
  readonly profile: boolean;
  /** Files to compare instead of measuring. */
  readonly compare: readonly string[] | undefined;
}

/** Parses the command line; undefined if it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = readArguments(args, ["backend", "threads", "filter", "json", "compare"], ["profile"]);
  if (values.help === true) return undefined;
  const backend = readChoice("backend", values.backend ?? "cpu", backendNames);
  for (const name of ["profile", "threads"] as const) {
    if (values[name] !== undefined && backend !== "cpu") throw new UsageError(`--${name} goes with --backend cpu`);
  }
  return {
    backend,
    threads: values.threads === undefined ? undefined : readCount("threads", values.threads),
    filter: values.filter === undefined ? undefined : readFilter(values.filter),
    json: values.json === undefined ? undefined : path.resolve(values.json),
    profile: values.profile === true,
    compare: values.compare?.split(",").map((file) => path.resolve(file)),
  };
}

function readFilter(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`--filter: ${messageOf(error)}`, { cause: error });
  }
}
