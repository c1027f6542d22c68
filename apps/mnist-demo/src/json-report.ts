import type { EpochRecord } from "@minima/train";
import type { DemoOptions } from "./options.ts";

/** What `--json` writes; accuracies are fractions from 0 to 1. */
export interface JsonReport {
  readonly dataset: DemoOptions["dataset"];
  readonly model: DemoOptions["model"];
  readonly backend: DemoOptions["backend"];
  readonly threads: number;
  /** Whether the cpu used relaxed SIMD, on which the last bits depend; null for other backends. */
  readonly relaxedSimd: boolean | null;
  readonly seed: number;
  /** Whole epochs. Numbers that are not finite, and validation figures without validation data, are null. */
  readonly epochs: readonly JsonEpoch[];
  readonly testAccuracy: number;
  /** From the start of the process to the last figure. */
  readonly seconds: number;
  /** From the start of the process to the end of the first update. */
  readonly timeToFirstStepMs: number;
  /** The most memory the process ever had. */
  readonly peakRssBytes: number;
}

/** One epoch in the report. */
export interface JsonEpoch {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Of the training pass, evaluation not counted. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** The members of an epoch that the report has. */
export function jsonEpoch(record: EpochRecord): JsonEpoch {
  const { epoch, trainLoss, validationLoss, seconds, samplesPerSecond } = record;
  return {
    epoch,
    trainLoss,
    validationLoss,
    validationAccuracy: record["validationAccuracy"],
    seconds,
    samplesPerSecond,
  };
}

/** The file's content. */
export function encodeReport(report: JsonReport): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`);
}

/** Most bytes the file can take for so many epochs. */
export function reportBytes(epochs: number): number {
  return 1024 + 512 * epochs;
}
