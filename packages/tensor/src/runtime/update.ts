import { ValueError } from "../errors.ts";
import { noGrad } from "../graph/mode.ts";
import type { Node } from "../graph/node.ts";
import { atomically } from "../graph/pending.ts";
import { activeTrace } from "../graph/trace.ts";
import { restoringCounters } from "../graph/host-counter.ts";
import { isUpdating, requestedOutputs, restoringAssignments } from "./effects.ts";
import { evaluate } from "./evaluate.ts";
import { yieldToEventLoop } from "./yield.ts";

/**
 * Makes an update: runs a synchronous function that assigns variables, without recording history, and computes what it assigned in
 * one program, with the losses and the running statistics that belong to it. The whole update is made or nothing of it: if
 * the function throws, or the program cannot run, variables and counters are as before. In a compiled function it
 * is part of the recording, in another update of that.
 *
 * @returns a promise that resolves when the work is done; on devices with a queue, when at most a few updates are in flight
 */
export function update(fn: () => void): Promise<void> {
  if (typeof fn !== "function") throw new ValueError(`update: ${String(fn)} is no function`);
  const isolated = (): void => atomically(() => noGrad(fn));
  if (activeTrace() !== null || isUpdating()) {
    isolated();
    return Promise.resolve();
  }
  return updateNow(isolated);
}

async function updateNow(fn: () => void): Promise<void> {
  const make = (assigned: readonly Node[]): Promise<void> | void => {
    return evaluate(assigned, { others: requestedOutputs(), throttled: true, isUpdate: true });
  };
  await restoringCounters(() => restoringAssignments(fn, make));
  await yieldToEventLoop();
}
