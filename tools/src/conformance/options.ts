import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { readCount } from "../command/arguments.ts";
import { UsageError } from "./outcome.ts";
import { groupNames } from "./run.ts";
import type { GroupName } from "./run.ts";
import { messageOf } from "./read.ts";

const processors = ["gpu", "cpu"] as const;

export const usage = `Usage: npm run conformance -- --fixtures DIR [options]

  --fixtures DIR    folder with <group>.json and <group>.safetensors
  --groups A,B      only these of ${groupNames.join(", ")} (default: those in the folder)
  --backend NAME    ${backendNames().join(", ")} (default: cpu)
  --threads N       threads of the CPU backend (default: what it chooses itself)
  --processor NAME  ${processors.join(" or ")}: which kernels of the WebGPU backend run in Node (default: what suits the adapter)
  --data DIR        folder with the MNIST files, for e2e (default: ../data/mnist beside the fixtures)
  --browser         run the cases in a page of a headless Chromium, which is started here, instead of Node
  --filter REGEX    only cases whose name matches
  --every N         of those, only every Nth of a group
  --json FILE       also write the results to FILE
  --help            print this

Exit code: 0 if all cases passed, 1 if one failed or is unsupported, 2 on bad usage.`;

export type BackendName = "reference" | "cpu" | "webgpu";
type Processor = (typeof processors)[number];

export interface Options {
  readonly fixtures: string;
  /** Undefined: whatever groups the folder has. */
  readonly groups: readonly GroupName[] | undefined;
  readonly backend: BackendName;
  /** Undefined: what the backend chooses. */
  readonly threads: number | undefined;
  /** What kernels of the WebGPU backend are for; undefined: what the adapter is. */
  readonly processor: Processor | undefined;
  /** Undefined if there is no MNIST. */
  readonly data: string | undefined;
  /** Whether cases run in a browser. */
  readonly browser: boolean;
  readonly filter: RegExp | undefined;
  /** Which share of the cases runs: each, every second … */
  readonly every: number;
  readonly json: string | undefined;
}

function backendNames(): BackendName[] {
  return ["reference", "cpu", "webgpu"];
}

/** Parses the command line; undefined if it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  if (values.fixtures === undefined) throw new UsageError("--fixtures DIR is missing; --help shows all options");
  const fixtures = path.resolve(values.fixtures);
  return {
    fixtures,
    groups: values.groups === undefined ? undefined : parseGroups(values.groups),
    backend: parseChoice("--backend", values.backend ?? "cpu", backendNames()),
    threads: values.threads === undefined ? undefined : readCount("threads", values.threads),
    processor: values.processor === undefined ? undefined : parseChoice("--processor", values.processor, processors),
    data: findData(values.data, fixtures),
    browser: values.browser === true,
    filter: values.filter === undefined ? undefined : parseFilter(values.filter),
    every: values.every === undefined ? 1 : readCount("every", values.every),
    json: values.json === undefined ? undefined : path.resolve(values.json),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        fixtures: text,
        groups: text,
        backend: text,
        threads: text,
        processor: text,
        data: text,
        browser: { type: "boolean" },
        filter: text,
        every: text,
        json: text,
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}; --help shows all options`, { cause: error });
  }
}

function parseGroups(list: string): GroupName[] {
  const names = list.split(",").map((name) => parseChoice("--groups", name.trim(), groupNames));
  return [...new Set(names)];
}

function parseChoice<Name extends string>(option: string, value: string, allowed: readonly Name[]): Name {
  const choice = allowed.find((name) => name === value);
  if (choice === undefined) throw new UsageError(`${option}: "${value}" is not one of ${allowed.join(", ")}`);
  return choice;
}

function parseFilter(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`--filter: ${messageOf(error)}`, { cause: error });
  }
}

/** A folder that is asked for must exist; the default may be missing. */
function findData(given: string | undefined, fixtures: string): string | undefined {
  if (given !== undefined) {
    const directory = path.resolve(given);
    if (!existsSync(directory)) throw new UsageError(`--data: the folder ${directory} does not exist`);
    return directory;
  }
  const directory = path.join(fixtures, "..", "data", "mnist");
  return existsSync(directory) ? directory : undefined;
}
