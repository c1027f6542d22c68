import { readArguments, readChoice, readCount } from "../command/arguments.ts";
import { type BackendName, backendNames } from "../command/backend.ts";
import { UsageError } from "../conformance/outcome.ts";
import { type Mode, modes } from "./modes.ts";

export const usage = `Usage: npm run soak -- --steps N [options]

  --steps N         training steps
  --mode NAME       ${modes.join(", ")}
                    (default: all of them)
  --backend NAME    ${backendNames.join(" or ")} (default: cpu)
  --help            print this

Trains an MLP 784-128-10 on a new batch of 128 every step, each mode in a process of its own, and prints what is held at
step 100 and every 1,000 steps, one JSON object a line; figures are the least of the last 500 steps, the last
one after a collection. Exit code: 0 if memory stayed flat (within 5 % from step 1,000 on, besides 1 KB for each tensor
that the loop keeps) and under 300 MB, 1 if not, 2 on bad usage.`;

export interface Options {
  readonly steps: number;
  /** Undefined: all of them. */
  readonly mode: Mode | undefined;
  readonly backend: BackendName;
}

/** Parses the command line; undefined if it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = readArguments(args, ["steps", "mode", "backend"]);
  if (values.help === true) return undefined;
  if (values.steps === undefined) throw new UsageError("--steps N is missing; --help shows all options");
  return {
    steps: readCount("steps", values.steps),
    mode: values.mode === undefined ? undefined : readChoice("mode", values.mode, modes),
    backend: readChoice("backend", values.backend ?? "cpu", backendNames),
  };
}
