import { Unsupported } from "./outcome.ts";

/** A call as Python prints it. */
export interface PythonCall {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

/** Parses text such as `Conv2d(8, 32, kernel_size=(3, 3), bias=False)`. */
export function parseCall(source: string): PythonCall {
  const call = /^(\w+)\((.*)\)$/s.exec(source.trim());
  if (call === null) throw new Unsupported(`the runner does not understand ${source}`);
  const args: unknown[] = [];
  const named: Record<string, unknown> = {};
  for (const part of splitArguments(call[2])) {
    const pair = /^(\w+)\s*=(.*)$/s.exec(part);
    if (pair === null) args.push(parseValue(part));
    else named[pair[1]] = parseValue(pair[2]);
  }
  return { name: call[1], args, named };
}

/** Splits at the commas that no parenthesis encloses. */
function splitArguments(text: string): string[] {
  return text
    .split(/,(?![^()]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseValue(text: string): unknown {
  const value = text.trim();
  const tuple = /^\((.*)\)$/s.exec(value);
  if (tuple !== null) return splitArguments(tuple[1]).map(parseValue);
  const quoted = /^(['"])(.*)\1$/s.exec(value);
  if (quoted !== null) return quoted[2];
  if (value === "True" || value === "False") return value === "True";
  if (value === "None") return null;
  const number = Number(value);
  if (value === "" || Number.isNaN(number))
    throw new Unsupported(`the runner does not understand the argument ${text}`);
  return number;
}
