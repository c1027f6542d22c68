import { type Backend, getBackend, isGraphEvaluator } from "@minima/tensor";
import type { Figures } from "./case.ts";

/** The backend if work goes on there when a program has been submitted: a GPU. */
function gpu(): Backend | undefined {
  const backend = getBackend();
  return backend !== null && !isGraphEvaluator(backend) && !backend.profile.synchronous ? backend : undefined;
}

/** Work that is done when its promise resolves, on devices that still work after a submit too. */
export function toTheEnd(run: () => Promise<void>): () => Promise<void> {
  const device = gpu();
  if (device === undefined) return run;
  return async () => {
    await run();
    await device.idle();
  };
}

/** What one run has the GPU do; nothing where there is none. */
export async function countWork(run: () => Promise<void>): Promise<Pick<Figures, "dispatches" | "submits" | "bytes">> {
  if (gpu()?.name !== "webgpu") return {};
  const { profile } = await import("@minima/backend-webgpu");
  const { dispatches, submits, bytes } = await profile(run);
  return { dispatches, submits, bytes };
}
