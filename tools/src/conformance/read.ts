import { decodeSafetensors } from "@minima/tensor/safetensors";
import type { HostTensor } from "@minima/tensor/safetensors";
import type { Tolerance } from "./compare.ts";
import { type Folder, readFile } from "./folder.ts";
import { UsageError } from "./outcome.ts";

/** One case of a manifest. Tensors are named by role. */
export interface FixtureCase {
  readonly name: string;
  readonly op: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  readonly params: readonly string[];
  readonly outputs: readonly string[];
  /** Output role -> role of its weights in the scalar that is differentiated. */
  readonly gradOutputs: Readonly<Record<string, string>>;
  /** Input or parameter role -> role of the gradient. */
  readonly grads: Readonly<Record<string, string>>;
  /** The tolerance entries as they stand; groups have entries of their own. */
  readonly tolerance: Readonly<Record<string, unknown>>;
  /** All entries of the case, for what only one group has. */
  readonly entries: Readonly<Record<string, unknown>>;
  /** The tensor of a role. */
  readonly tensor: (role: string) => HostTensor;
}

export interface FixtureGroup {
  readonly group: string;
  /** Where its files lie. */
  readonly folder: Folder;
  readonly cases: readonly FixtureCase[];
}

/** Reads `<group>.json` and `<group>.safetensors` and checks that they fit each other. */
export async function readGroup(folder: Folder, group: string): Promise<FixtureGroup> {
  const file = folder.pathOf(`${group}.json`);
  const manifest = parseJson(file, await readFile(folder, `${group}.json`));
  if (!isRecord(manifest) || !Array.isArray(manifest.cases)) malformed(file, "there is no list `cases`");
  const count = manifest.n_cases;
  if (count !== undefined && count !== manifest.cases.length) {
    malformed(file, `n_cases is ${JSON.stringify(count)}, but there are ${manifest.cases.length} cases`);
  }
  const tensors = await readTensors(folder, `${group}.safetensors`);
  const names = new Set<string>();
  const cases = manifest.cases.map((entries: unknown, index) => {
    const parsed = parseCase(file, index, entries, tensors);
    if (names.has(parsed.name)) malformed(file, `the case name ${JSON.stringify(parsed.name)} stands twice`);
    names.add(parsed.name);
    return parsed;
  });
  return { group, folder, cases };
}

/** Reads a safetensors file, with errors for the user. */
export async function readTensors(folder: Folder, name: string): Promise<Map<string, HostTensor>> {
  const bytes = await readFile(folder, name);
  try {
    return decodeSafetensors(bytes, folder.pathOf(name)).tensors;
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/** The tolerance under these two keys of `tolerance`. */
export function toleranceOf({ name, tolerance }: FixtureCase, rtol = "rtol", atol = "atol"): Tolerance {
  const read = (key: string) => {
    const value = tolerance[key];
    if (typeof value === "number" && value >= 0) return value;
    throw new UsageError(`case ${name}: tolerance.${key} must be a number of at least 0, is ${JSON.stringify(value)}`);
  };
  return { rtol: read(rtol), atol: read(atol) };
}

/** Whether `value` is an object with string keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseCase(
  file: string,
  index: number,
  entries: unknown,
  tensors: ReadonlyMap<string, HostTensor>,
): FixtureCase {
  if (!isRecord(entries)) malformed(file, `cases[${index}] is not an object`);
  const name = entries.name;
  if (typeof name !== "string" || name === "") malformed(file, `cases[${index}] has no name`);
  const wrong = (key: string, expected: string): never =>
    malformed(file, `case ${name}: ${key} must be ${expected}, is ${JSON.stringify(entries[key])}`);
  const strings = (key: string) => {
    const value = entries[key] ?? [];
    return isStrings(value) ? value : wrong(key, "a list of strings");
  };
  const roles = (key: string) => {
    const value = entries[key] ?? {};
    return isRecord(value) && isStrings(Object.values(value))
      ? (value as Record<string, string>)
      : wrong(key, "an object from roles to roles");
  };
  const object = (key: string) => {
    const value = entries[key] ?? {};
    return isRecord(value) ? value : wrong(key, "an object");
  };
  const { op } = entries;
  const result: FixtureCase = {
    name,
    op: typeof op === "string" ? op : wrong("op", "a string"),
    config: object("config"),
    inputs: strings("inputs"),
    params: strings("params"),
    outputs: strings("outputs"),
    gradOutputs: roles("grad_outputs"),
    grads: roles("grads"),
    tolerance: object("tolerance"),
    entries,
    tensor: (role) =>
      tensors.get(`${name}/${role}`) ?? malformed(file, `case ${name}: there is no tensor "${name}/${role}"`),
  };
  const { inputs, params, outputs, gradOutputs, grads } = result;
  for (const role of [...inputs, ...params, ...outputs, ...Object.values(gradOutputs), ...Object.values(grads)]) {
    result.tensor(role);
  }
  for (const role of Object.keys(gradOutputs)) {
    if (!outputs.includes(role)) malformed(file, `case ${name}: grad_outputs names ${role}, which is not an output`);
  }
  return result;
}

function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    malformed(file, messageOf(error));
  }
}

function malformed(file: string, problem: string): never {
  throw new UsageError(`${file}: malformed manifest: ${problem}`);
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
