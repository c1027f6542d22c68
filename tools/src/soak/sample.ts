import type { Backend } from "@minima/tensor";
import type { Mode } from "./modes.ts";

/**
 * What is held after a step. What has been dropped counts until the engine collects it, which is when it likes; so the
 * figures that are compared are the least of several steps.
 */
export interface Sample extends Holdings {
  readonly mode: Mode;
  readonly step: number;
  /** The largest resident set size there has ever been. */
  readonly peakRssBytes: number;
  /** JavaScript objects, those not collected yet included. */
  readonly heapBytes: number;
  /** How many tensors the loop keeps on purpose. */
  readonly keptTensors: number;
}

/** What is held at a moment. */
export interface Holdings {
  /** Resident set size of the process. */
  readonly rssBytes: number;
  /** Buffers of the device. */
  readonly backendBytes: number;
  /** How many they are: variables, and results that may still be read. */
  readonly liveTensors: number;
}

/** What is held now. */
export function holdings(backend: Backend): Holdings {
  const stats = backend.stats?.();
  if (stats === undefined) throw new Error(`soak: the backend ${backend.name} does not say what it holds (stats)`);
  return { rssBytes: process.memoryUsage.rss(), backendBytes: stats.bytes, liveTensors: stats.buffers };
}

/** The lesser of each figure. */
export function least(a: Holdings, b: Holdings): Holdings {
  return {
    rssBytes: Math.min(a.rssBytes, b.rssBytes),
    backendBytes: Math.min(a.backendBytes, b.backendBytes),
    liveTensors: Math.min(a.liveTensors, b.liveTensors),
  };
}
