import { setBackend } from "@minima/tensor";
import { createBackend } from "../command/backend.ts";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";
import type { BenchCase, Figures, Setting } from "./case.ts";
import { cases } from "./cases/cases.ts";
import { compareFiles } from "./compare.ts";
import { openJsonFile } from "./json-file.ts";
import { type Options, parseOptions, usage } from "./options.ts";
import { profileLines } from "./profile/profile.ts";
import { profilingBackend } from "./profile/profiling-backend.ts";
import { type BenchRecord, about, toLine } from "./record.ts";
import { table } from "./table.ts";

/** Where lines go. */
export interface Output {
  readonly line: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether a person reads the lines, and wants a table at the end. */
  readonly isTerminal: boolean;
}

/** Runs the command and returns its exit code: 0 all measured and right, 1 not all, 2 bad usage. */
export async function bench(
  args: readonly string[],
  output: Output,
  available: readonly BenchCase[] = cases,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      output.line(usage);
      return 0;
    }
    if (options.compare !== undefined) {
      for (const line of await compareFiles(options.compare)) output.line(line);
      return 0;
    }
    const records = await measureAll(options, output, available);
    return records.some((record) => "error" in record) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.error(`bench: ${error.message}`);
    return 2;
  }
}

async function measureAll(
  { backend, threads, filter, json, profile }: Options,
  output: Output,
  available: readonly BenchCase[],
): Promise<BenchRecord[]> {
  const wanted = available.filter(({ name }) => filter?.test(name) ?? true);
  if (wanted.length === 0) {
    throw new UsageError(`--filter fits no case; there are ${available.map(({ name }) => name).join(", ")}`);
  }
  // What cannot be had shows now, not after minutes.
  const file = json === undefined ? undefined : await openJsonFile(json);
  const device = await createBackend(backend, threads);
  const { threads: count = 1, vectorBits = 128 } = device;
  const setting: Setting = { backend, threads: count, vectorBits };
  setBackend(device);
  const records: BenchRecord[] = [];
  for (const { name, measure } of wanted) {
    const profiling = profile ? profilingBackend(device) : undefined;
    if (profiling !== undefined) setBackend(profiling.backend);
    const record: BenchRecord = { case: name, ...(await figures(() => measure(setting))), ...about(setting) };
    records.push(record);
    output.line(toLine(record));
    if (profiling !== undefined) for (const line of profileLines(profiling.steps())) output.line(line);
  }
  await device.idle();
  await file?.finish(records.map((record) => `${toLine(record)}\n`).join(""));
  if (output.isTerminal) for (const line of ["", ...table(records)]) output.line(line);
  return records;
}

/** A case that fails is reported and the others go on: one backend may lack what another has. */
async function figures(measure: () => Promise<Figures>): Promise<Figures | { readonly error: string }> {
  try {
    return await measure();
  } catch (error) {
    return { error: messageOf(error) };
  }
}
