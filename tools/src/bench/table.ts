import type { BenchRecord } from "./record.ts";

/** The records as a table for people; speeds also as a share of the register peak, if that was measured. */
export function table(records: readonly BenchRecord[]): string[] {
  const peak = records.find((record) => record.case === "peak_fma");
  const peakGflops = peak !== undefined && "gflops" in peak ? peak.gflops : undefined;
  const rows = records.map((record): string[] => {
    if ("error" in record) return [record.case, "", "", "", "", record.error];
    const { median_ms, min_ms, gflops, samples } = record;
    const share =
      gflops === undefined || peakGflops === undefined ? "" : `${Math.round((100 * gflops) / peakGflops)} %`;
    const speed = gflops === undefined ? "" : gflops.toFixed(1);
    return [record.case, digits(median_ms), digits(min_ms), speed, share, notes(record) || `${samples} runs`];
  });
  const header = ["case", "median ms", "least ms", "GFLOP/s", "of peak", ""];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join("  ")
      .trimEnd(),
  );
}

function notes(record: BenchRecord): string {
  if ("error" in record) return record.error;
  const { samples_per_s, step_done_ms, step_ms, peak_rss_mb, clock_ghz, flops_per_cycle } = record;
  const { dispatches, submits, bytes, beside_ms, ratio } = record;
  const { mul_add_gflops, relaxed_madd_gflops, read_gb_per_s, triad_gb_per_s } = record;
  const parts = [
    samples_per_s === undefined ? "" : `${Math.round(samples_per_s)} samples/s`,
    step_done_ms === undefined ? "" : `${digits(step_done_ms)} ms by the process's own clock`,
    step_ms === undefined ? "" : `${digits(step_ms)} ms a step, both of CPU time`,
    beside_ms === undefined ? "" : `${digits(beside_ms)} ms beside it`,
    ratio === undefined ? "" : `${ratio.toFixed(2)} times that`,
    peak_rss_mb === undefined ? "" : `${peak_rss_mb} MB at most`,
    dispatches === undefined ? "" : `${dispatches} dispatches`,
    submits === undefined ? "" : `${submits} submit${submits === 1 ? "" : "s"}`,
    bytes === undefined ? "" : `${digits(bytes / 1e6)} MB bound`,
    mul_add_gflops === undefined ? "" : `mul + add ${mul_add_gflops.toFixed(1)}`,
    relaxed_madd_gflops === undefined ? "" : `relaxed_madd ${relaxed_madd_gflops.toFixed(1)}`,
    clock_ghz === undefined ? "" : `clock ${clock_ghz.toFixed(2)} GHz`,
    flops_per_cycle === undefined ? "" : `${flops_per_cycle.toFixed(1)} a cycle`,
    read_gb_per_s === undefined ? "" : `read ${read_gb_per_s.toFixed(1)} GB/s`,
    triad_gb_per_s === undefined ? "" : `triad ${triad_gb_per_s.toFixed(1)} GB/s`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
