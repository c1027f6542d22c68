import { type Device, isGraphEvaluator } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { MinimaError, ValueError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { isPending, onPendingOverflow } from "../graph/pending.ts";
import { staleTensorError } from "../graph/storage.ts";
import { activeTrace, refuseInTrace } from "../graph/trace.ts";
import { resolveDevice } from "./device.ts";
import { pendingAssignments, takeRequestedOutputs } from "./effects.ts";
import type { Executor } from "./executor.ts";
import { GraphExecutor } from "./graph-executor.ts";
import { PlannedExecutor } from "./planned-executor.ts";
import { yieldToEventLoop } from "./yield.ts";

const executors = new WeakMap<Device, Executor>();

/** The executor of a device; one for as long as the device lives. */
export function executorOf(device: Device): Executor {
  let executor = executors.get(device);
  if (executor === undefined) {
    executor = isGraphEvaluator(device) ? new GraphExecutor(device) : new PlannedExecutor(device);
    executors.set(device, executor);
  }
  return executor;
}

/**
 * Computes nodes and pending assignments, one program for each device they are on.
 *
 * @param throttled - Waits until the devices take more work.
 */
export function evaluate(nodes: readonly Node[], throttled = false): Promise<void> | void {
  refuseInTrace("data was asked for", "return the tensor and read it after the call");
  const byDevice = new Map<Device, Node[]>();
  const listOf = (device: Device): Node[] => {
    let list = byDevice.get(device);
    if (list === undefined) byDevice.set(device, (list = []));
    return list;
  };
  for (const node of nodes) if (node.storage === null) listOf(resolveDevice(node.device)).push(node);
  for (const { version } of pendingAssignments()) listOf(resolveDevice(version.device));
  const waits: Promise<void>[] = [];
  for (const [device, list] of byDevice) {
    const executor = executorOf(device);
    for (const wait of [executor.evaluate(list), throttled ? executor.ready() : undefined]) {
      if (wait !== undefined) waits.push(wait);
    }
  }
  return waits.length > 0 ? Promise.all(waits).then(() => undefined) : undefined;
}

/** Ends an update: computes all pending assignments and what `backward` asked for, or fails and changes nothing. */
export async function evaluateUpdate(): Promise<void> {
  if (activeTrace() !== null) return; // part of the recording
  const requested = takeRequestedOutputs().filter((node) => node.released === null);
  let wait: Promise<void> | void;
  try {
    wait = evaluate(requested, true);
  } catch (error) {
    for (const assignment of [...pendingAssignments()]) assignment.discard();
    throw error;
  }
  await wait;
  await yieldToEventLoop();
}

/** The value of a node as of this call. */
export async function readNode(node: Node): Promise<TypedArray> {
  refuseInTrace("data was asked for", "return the tensor and read it after the call");
  if (node.released !== null) throw staleTensorError(node.released);
  if (node.storage === null) {
    const wait = evaluate([node]);
    if (wait !== undefined) await wait;
  }
  const storage = node.storage;
  if (storage === null) throw new MinimaError("the device did not compute the tensor");
  let data: TypedArray;
  if (storage.host !== null) {
    storage.checkFresh();
    data = storage.host.slice();
  } else {
    data = await executorOf(storage.backend ?? resolveDevice(node.device)).read(storage);
  }
  await yieldToEventLoop();
  return data;
}

/** The value of a node without waiting; throws on devices that cannot. */
export function readNodeSync(node: Node): TypedArray {
  refuseInTrace("data was asked for", "return the tensor and read it after the call");
  if (node.released !== null) throw staleTensorError(node.released);
  if (node.storage === null && evaluate([node]) !== undefined) throw cannotReadSync(node);
  const storage = node.storage;
  if (storage === null) throw new MinimaError("the device did not compute the tensor");
  if (storage.host !== null) {
    storage.checkFresh();
    return storage.host.slice();
  }
  const data = executorOf(storage.backend ?? resolveDevice(node.device)).readSync(storage);
  if (data === null) throw cannotReadSync(node);
  return data;
}

function cannotReadSync(node: Node): ValueError {
  return new ValueError(
    `dataSync: ${resolveDevice(node.device).name} cannot be read without waiting; use await tensor.data()`,
  );
}

// A graph that grows without being read is evaluated from its ends: the nodes nobody has consumed.
onPendingOverflow((nodes) => {
  const consumed = new Set<Node>();
  for (const node of nodes) for (const input of node.inputs) consumed.add(input);
  const ends = nodes.filter((node) => isPending(node) && !consumed.has(node) && !isLost(node));
  if (ends.length > 0) void evaluate(ends);
});

/** Whether a node depends on a value that is gone, so that it can never be computed. */
function isLost(root: Node): boolean {
  const seen = new Set<Node>();
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.released !== null) return true;
    if (node.storage !== null) {
      if (node.storage.stale !== null) return true;
    } else {
      stack.push(...node.inputs);
    }
  }
  return false;
}
