import { parseArgs } from "node:util";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

type Values<Name extends string, Flag extends string> = { readonly [N in Name]?: string | undefined } & {
  readonly [F in Flag | "help"]?: boolean | undefined;
};

/** Options with a value each, flags without, and `--help`; anything else on the command line is a mistake. */
export function readArguments<Name extends string, Flag extends string = never>(
  args: readonly string[],
  names: readonly Name[],
  flags: readonly Flag[] = [],
): Values<Name, Flag> {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" }] as const),
    ...[...flags, "help"].map((flag) => [flag, { type: "boolean" }] as const),
  ]);
  try {
    return parseArgs({ args: [...args], options }).values as Values<Name, Flag>; // parseArgs has refused other names
  } catch (error) {
    throw new UsageError(`${messageOf(error)}; --help shows all options`, { cause: error });
  }
}

/** The value of an option that names one of a few things. */
export function readChoice<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((name) => name === value);
  if (choice === undefined) throw new UsageError(`--${option}: "${value}" is not one of ${choices.join(", ")}`);
  return choice;
}

/** The value of an option that counts something. */
export function readCount(option: string, value: string): number {
  const count = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UsageError(`--${option}: "${value}" is not a number of at least 1`);
  return count;
}
