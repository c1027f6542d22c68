import type { Sample } from "./sample.ts";

/** Memory may grow by this share between step 1,000 and the last sample. */
const allowedGrowth = 0.05;
/** And the process may never have been larger than this. */
const allowedPeakBytes = 300e6;
/** The step from which on memory must be flat: before it caches fill and code is optimized. */
const settledStep = 1000;

export interface Verdict {
  readonly isFlat: boolean;
  /** One line for people. */
  readonly text: string;
}

/** What a tensor may take that the loop keeps on purpose: its value on the host, node and handle. */
const keptTensorBytes = 1024;

/** Compares the last sample with the one at step 1,000. */
export function judge(samples: readonly Sample[]): Verdict {
  const last = samples[samples.length - 1];
  const peak = `peak RSS ${(last.peakRssBytes / 1e6).toFixed(0)} MB`;
  const isSmall = last.peakRssBytes <= allowedPeakBytes;
  const settled = samples.find(({ step }) => step === settledStep);
  if (settled === undefined || settled === last) {
    return { isFlat: isSmall, text: `${peak}; only more than ${settledStep} steps show whether memory stays flat` };
  }
  const changes = (["rssBytes", "backendBytes", "liveTensors"] as const).map((name) => {
    const kept = name === "rssBytes" ? keptTensorBytes * (last.keptTensors - settled.keptTensors) : 0;
    const share = (last[name] - settled[name] - kept) / Math.max(settled[name], 1);
    return { share, text: `${name} ${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %` };
  });
  const isFlat = isSmall && changes.every(({ share }) => share <= allowedGrowth);
  const kept = last.keptTensors > 0 ? ` besides ${last.keptTensors} tensors kept` : "";
  const all = changes.map(({ text }) => text).join(", ") + kept;
  return {
    isFlat,
    text: `${isFlat ? "flat" : "NOT FLAT"} from step ${settled.step} to step ${last.step}: ${all}; ${peak}`,
  };
}
