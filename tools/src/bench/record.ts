import { wasmFeatures } from "@minima/backend-cpu";
import type { Figures, Setting } from "./case.ts";

/** A line of the benchmark: what was measured, or why it could not be. */
export type BenchRecord = { readonly case: string } & (Figures | { readonly error: string }) & {
    readonly threads: number;
    /** Vector instructions that the CPU backend's kernels use here. */
    readonly simd: Simd | `${Simd}, 256 bits`;
    readonly backend: string;
    /** The engine. */
    readonly node: string;
  };

type Simd = "simd128" | "relaxed" | "none";

/** What all lines of a run share. */
export function about({
  backend,
  threads,
  vectorBits,
}: Setting): Pick<BenchRecord, "threads" | "simd" | "backend" | "node"> {
  const { simd, relaxedSimd } = wasmFeatures();
  const name = relaxedSimd ? "relaxed" : simd ? "simd128" : "none";
  return { threads, simd: vectorBits === 256 ? `${name}, 256 bits` : name, backend, node: process.version };
}

/** A record as JSON on one line, its figures to five digits. */
export function toLine(record: BenchRecord): string {
  return JSON.stringify(record, (_, value: unknown) => {
    return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  });
}
