import { readFile } from "node:fs/promises";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

/** What lines of ours and of the peers' scripts have in common. */
interface Line {
  readonly case: string;
  readonly median_ms?: number;
  readonly min_ms?: number;
  readonly samples_per_s?: number;
  readonly peer?: string;
  readonly threads?: number;
  readonly simd?: string;
  readonly node?: string;
}

/** Files of JSON lines as a Markdown table: a row a case, a column a file, medians and (least) in milliseconds. */
export async function compareFiles(files: readonly string[]): Promise<string[]> {
  const columns = await Promise.all(files.map(readLines));
  const names = [...new Set(columns.flatMap((lines) => lines.map((line) => line.case)))];
  const rows = names.map((name) => [name, ...columns.map((lines) => cellOf(lines.find((line) => line.case === name)))]);
  const header = ["case", ...columns.map(labelOf)];
  return [header, header.map((_, column) => (column === 0 ? "---" : "--:")), ...rows].map(
    (row) => `| ${row.join(" | ")} |`,
  );
}

async function readLines(file: string): Promise<Line[]> {
  try {
    const text = await readFile(file, "utf8");
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    if (lines.length === 0) throw new Error("no JSON lines in it");
    return lines.map((line) => JSON.parse(line) as Line);
  } catch (error) {
    throw new UsageError(`--compare ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function labelOf([{ peer = "Minima", threads = 1, simd, node }]: readonly Line[]): string {
  const parts = [peer, `${threads} thread${threads === 1 ? "" : "s"}`, simd, node];
  return parts.filter((part) => part !== undefined).join(", ");
}

function cellOf(line: Line | undefined): string {
  if (line?.median_ms === undefined) return "–";
  if (line.samples_per_s !== undefined) return `${Math.round(line.samples_per_s)} samples/s`;
  const least = line.min_ms === undefined ? "" : ` (${digits(line.min_ms)})`;
  return `${digits(line.median_ms)}${least}`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
