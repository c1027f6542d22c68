import { parseArgs } from "node:util";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

type Values<Name extends string> = { readonly [N in Name]?: string | undefined } & {
  readonly help?: boolean | undefined;
};

/** Options with a value each, and `--help`; anything else on the command line is a mistake. */
export function readArguments<Name extends string>(args: readonly string[], names: readonly Name[]): Values<Name> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...options, help: { type: "boolean" } } });
    return values as Values<Name>; // parseArgs has refused every other name
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
