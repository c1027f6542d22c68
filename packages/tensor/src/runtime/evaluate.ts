import { type Device, isGraphEvaluator } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { MinimaError, ValueError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { passRun, setRelief } from "../graph/pending.ts";
import { staleTensorError } from "../graph/storage.ts";
import { refuseInTrace } from "../graph/trace.ts";
import { collect } from "./collect.ts";
import { getBackend, resolveDevice } from "./device.ts";
import { discardRequests, pendingAssignments, pendingFirstValues, requestedOutputs } from "./effects.ts";
import type { Executor } from "./executor.ts";
import { GraphExecutor } from "./graph-executor.ts";
import { followPending } from "./history.ts";
import { PlannedExecutor } from "./planned-executor.ts";
import { chooseEnds, sortOld } from "./relief.ts";
import { type Work, gatherWork, unconcerned } from "./work.ts";
import { isComputable, needsAny, smallEndsOf } from "./small-ends.ts";
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

/** What is evaluated beside the nodes that are asked for. */
export interface EvaluateOptions {
  /** Nodes that are computed too if they belong to them. */
  readonly others?: readonly Node[];
  /** Waits until the devices take more work. */
  readonly throttled?: boolean;
  /** Where it fails, the assignments that it was to make are taken back: variables keep their values. */
  readonly isUpdate?: boolean;
}

/** Computes nodes and the pending assignments that belong to them, one program for each device they are on. */
export function evaluate(nodes: readonly Node[], options: EvaluateOptions = {}): Promise<void> | void {
  refuseInTrace("data was asked for", "return the tensor and read it after the call");
  const waits: Promise<void>[] = [];
  const lists = byDevice(nodes);
  for (const [device, list] of lists) {
    const executor = executorOf(device);
    // What fails on one device is taken back on the others: there old values must still be there.
    const gather = (): Work => gatherWork(device, list, options.others, lists.size === 1 || options.isUpdate !== true);
    let work = gather();
    if (computeLosing(work.losing)) work = gather();
    let wait: Promise<void> | void;
    try {
      wait = executor.evaluate(work);
    } catch (error) {
      if (options.isUpdate === true) takeBack(work, list, options.others ?? []);
      throw error;
    }
    for (const each of [wait, options.throttled === true ? executor.ready() : undefined]) {
      if (each !== undefined) waits.push(each);
    }
  }
  passRun();
  return waits.length > 0 ? Promise.all(waits).then(() => undefined) : undefined;
}

/** An update has failed: what belongs to it, and would fail again, waits no more. The variables of the update get their values back. */
function takeBack(work: Work, roots: readonly Node[], asked: readonly Node[]): void {
  const own = new Set(roots);
  const besides = work.assignments.filter(({ version }) => !own.has(version));
  const waiting = new Set(unconcerned(besides, roots));
  for (const assignment of besides) if (!waiting.has(assignment)) assignment.discard();
  const computed = new Set(work.collected.nodes);
  discardRequests(asked.filter((node) => computed.has(node)));
}

/** Small results and assignments that need values of these variables are computed before a compiled function assigns them. */
export function evaluateWhatNeeds(variables: ReadonlySet<object>): void {
  const assigned = Array.from(pendingAssignments(), ({ version }) => version);
  computeLosing([...assigned.filter((version) => needsAny(version, variables)), ...smallEndsOf(variables)]);
  passRun();
}

let isComputingLosing = false;

/** Computes results that lose what they need, one by one, so that those of one kind share a plan; whether there were any. */
function computeLosing(ends: readonly Node[]): boolean {
  if (ends.length === 0 || isComputingLosing) return false;
  isComputingLosing = true;
  try {
    for (const end of ends) if (end.storage === null) computeUnasked([end]);
  } finally {
    isComputingLosing = false;
  }
  return true;
}

/** The nodes that have no value, by the devices that compute them. */
function byDevice(nodes: readonly Node[]): ReadonlyMap<Device, Node[]> {
  const lists = new Map<Device, Node[]>();
  for (const node of nodes) {
    if (node.storage !== null) continue;
    const device = resolveDevice(node.device);
    const list = lists.get(device);
    if (list === undefined) lists.set(device, [node]);
    else list.push(node);
  }
  return lists;
}

/** Computes everything on the backend in use that was assigned, or asked for by `backward`, and has no value yet. */
export function evaluateAll(): Promise<void> | void {
  const backend = getBackend();
  const isHere = ({ device }: Node): boolean => device === null || backend === null || device === backend;
  const all = [...pendingFirstValues(), ...pendingAssignments()];
  const lost = all.filter(({ version }) => isHere(version) && !isComputable(version));
  const versions = lost.map(({ version }) => version);
  for (const assignment of lost) assignment.discard(); // said once, below
  const assigned = all.filter((assignment) => !lost.includes(assignment)).map(({ version }) => version);
  const wait = evaluate([...requestedOutputs(), ...assigned].filter(isHere));
  collect(versions); // throws if there are any, and says what is lost
  return wait;
}

/** The value of a node as of this call. */
export async function readNode(node: Node): Promise<TypedArray> {
  refuseInTrace("data was asked for", "return the tensor and read it after the call");
  if (node.lost !== null) throw staleTensorError(node, node.lost);
  if (node.storage === null) {
    const wait = evaluate([node]);
    if (wait !== undefined) await wait;
  }
  const storage = node.storage;
  if (storage === null) throw new MinimaError("the device did not compute the tensor");
  storage.checkFresh(node);
  let data: TypedArray;
  if (storage.host !== null) {
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
  if (node.lost !== null) throw staleTensorError(node, node.lost);
  if (node.storage === null && evaluate([node]) !== undefined) throw cannotReadSync(node);
  const storage = node.storage;
  if (storage === null) throw new MinimaError("the device did not compute the tensor");
  storage.checkFresh(node);
  if (storage.host !== null) return storage.host.slice();
  const data = executorOf(storage.backend ?? resolveDevice(node.device)).readSync(storage);
  if (data === null) throw cannotReadSync(node);
  return data;
}

function cannotReadSync(node: Node): ValueError {
  return new ValueError(
    `dataSync: ${resolveDevice(node.device).name} cannot be read without waiting; use await tensor.data()`,
  );
}

/** Computes nodes that nobody asked for. If that fails they go on waiting, and whoever asks for them is told. */
function computeUnasked(nodes: readonly Node[]): void {
  try {
    void evaluate(nodes)?.catch(() => undefined);
  } catch {
    // Nobody has asked.
  }
}

setRelief({
  cutChain: (end) => computeUnasked([end]),
  computeEnds(pending) {
    for (const ends of chooseEnds(pending)) computeUnasked(ends);
  },
  release(old) {
    const { small, waiting, others } = sortOld(old);
    for (const end of small) computeUnasked([end]);
    for (const nodes of others) followPending(nodes);
    return waiting;
  },
  forget: followPending,
});
