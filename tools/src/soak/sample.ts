import type { Backend } from "@minima/tensor";
import { peakRssBytes } from "../command/peak-rss.ts";
import type { Mode } from "./modes.ts";

/** What is held after a step. */
export interface Sample {
  readonly mode: Mode;
  readonly step: number;
  /**
   * Resident set size of the process: the least in the 500 steps before. In between it is larger by the batches that
   * have been dropped and not collected yet.
   */
  readonly rssBytes: number;
  /** The largest it has ever been. */
  readonly peakRssBytes: number;
  /** JavaScript objects, those not collected yet included. */
  readonly heapBytes: number;
  /** Buffers of the device. */
  readonly backendBytes: number;
  /** How many they are: variables, and results that may still be read. */
  readonly liveTensors: number;
  /** How many tensors the loop keeps on purpose. */
  readonly keptTensors: number;
}

/** Resident set size now. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** Everything in a sample that is read off at once. */
export function holdings(backend: Backend): Omit<Sample, "mode" | "step" | "rssBytes" | "keptTensors"> {
  const stats = backend.stats?.();
  if (stats === undefined) throw new Error(`soak: the backend ${backend.name} does not say what it holds (stats)`);
  return {
    peakRssBytes: peakRssBytes(),
    heapBytes: process.memoryUsage().heapUsed,
    backendBytes: stats.bytes,
    liveTensors: stats.buffers,
  };
}
