import { checkInteger, checkList, checkOptions } from "../checks.ts";
import { ValueError } from "../errors.ts";
import { type Node } from "../graph/node.ts";
import { activeTrace, refuseInTrace } from "../graph/trace.ts";
import { evaluate, executorOf } from "../runtime/evaluate.ts";
import { resolveDevice } from "../runtime/device.ts";
import { yieldToEventLoop } from "../runtime/yield.ts";
import type { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import type { Given, Truthful } from "./arguments.ts";
import { checkEqual } from "./compare.ts";
import { type Recording, record } from "./record.ts";
import { Replay } from "./replay.ts";
import { type HasSettings, SettingsReader } from "./settings.ts";
import { readArguments } from "./signature.ts";

/** Something that has variables, and maybe settings: a module, an optimizer. */
export interface HasVariables extends Partial<HasSettings> {
  variables(): Iterable<Variable>;
}

export interface CompileOptions<S extends readonly number[] = readonly number[]> {
  /** The variables that the function reads or assigns, or what they belong to. */
  readonly state?: Iterable<Variable | HasVariables> | undefined;
  /** Positions of arguments whose numbers are part of the signature rather than inputs. */
  readonly static?: S | undefined;
  /** Record every call and compare, as the first three calls do; for finding what a function depends on. */
  readonly debug?: boolean | undefined;
}

/** How many calls of a signature are recorded and compared before it is replayed. */
const recordedCalls = 3;

/** How many recordings are kept: of more kinds of calls, those that have not been made for the longest time are recorded anew. */
const mostSignatures = 64;

/**
 * Records a function once for each kind of arguments (structure, shapes, dtypes) and replays its program after that,
 * without building a graph. Tensors and numbers are inputs; captured tensors are constants; variables must be in
 * `state`, and are assigned at the end of each run.
 *
 * The function must be synchronous and must not read data; tensors it returns can be read after the call. Numbers
 * arrive in it as scalar tensors that take the dtype of what they meet, as numbers do: its parameters say `Tensor`, and the
 * compiled function takes a number or a tensor there. The second and third call are recorded again and compared. Where settings of
 * what is in `state` have changed (a module's mode, an optimizer's flags), it is recorded for these; hyper-parameters of optimizers may
 * change at any time.
 *
 * @throws TraceError when something cannot be recorded or would change unseen. The state is then as before the call.
 */
export function compile<P extends readonly unknown[], R, const S extends readonly number[] = readonly []>(
  fn: ((...args: P) => R) & Truthful<P, S>,
  options: CompileOptions<S> = {},
): (...args: { [K in keyof P]: Given<P[K]> }) => Promise<R> {
  checkOptions("compile", options, { state: true, static: true, debug: true });
  if (typeof fn !== "function") throw new ValueError(`compile: ${String(fn)} is no function`);
  const { state: given = [] } = options;
  const fixed: readonly number[] = options.static ?? [];
  checkList("compile", "static", fixed);
  for (const position of fixed) checkInteger("compile", "static position", position, 0);
  const isStatic = (position: number): boolean => fixed.includes(position);
  const state = listOf(given);
  const settings = new SettingsReader(state);
  const signatures = new Map<string, { recording: Recording; replay: Replay; calls: number }>();
  return async (...args) => {
    if (activeTrace() !== null) refuseInTrace("a compiled function was called", "call the plain function");
    const inputs = readArguments(args, isStatic);
    const key = `${inputs.key}|${settings.read()}`;
    let signature = signatures.get(key);
    if (signature === undefined || signature.calls < recordedCalls || options.debug === true) {
      const recording = record(fn as (...args: never[]) => unknown, args, variablesOf(state), isStatic);
      if (signature !== undefined) checkEqual(signature.recording, recording);
      signature = { recording, replay: new Replay(recording), calls: signature?.calls ?? 0 };
    }
    keepLatest(signatures, key, signature);
    signature.calls++;
    const { recording, replay } = signature;
    for (const { input, test } of recording.checks) {
      const { kind, storage } = inputs.tensors[input].node;
      if (kind === "leaf" && storage !== null) test(storage);
    }
    const pending = pendingOf(inputs.tensors, replay.variables);
    if (pending.length > 0) await evaluate(pending);
    const executor = executorOf(resolveDevice(deviceOf(inputs.tensors) ?? replay.device));
    const result = replay.run(executor, inputs);
    const ready = executor.ready();
    if (ready !== undefined) await ready;
    await yieldToEventLoop();
    return result as R; // the function's own result with tensors replaced by tensors
  };
}

/** Makes an entry the latest, and drops the oldest one if there are too many. */
function keepLatest<T>(signatures: Map<string, T>, key: string, signature: T): void {
  signatures.delete(key);
  signatures.set(key, signature);
  if (signatures.size <= mostSignatures) return;
  const [oldest] = signatures.keys();
  signatures.delete(oldest);
}

function listOf(state: Iterable<Variable | HasVariables>): readonly (Variable | HasVariables)[] {
  if (!(Symbol.iterator in Object(state))) {
    throw new ValueError(`compile: the state must be a list such as [model, optimizer], not ${String(state)}`);
  }
  const list = [...state]; // what can be iterated once is read here
  for (const item of list as readonly unknown[]) {
    const { variables } = Object(item) as Partial<HasVariables>;
    if (item instanceof Variable || typeof variables === "function") continue;
    throw new ValueError(
      `compile: the state holds ${String(item)}; list variables, and modules, optimizers or others that have them`,
    );
  }
  return list;
}

function variablesOf(state: Iterable<Variable | HasVariables>): Variable[] {
  const variables = new Set<Variable>();
  for (const item of state) {
    if (item instanceof Variable) variables.add(item);
    else for (const variable of item.variables()) variables.add(variable);
  }
  return [...variables];
}

function deviceOf(tensors: readonly Tensor[]): Node["device"] {
  for (const tensor of tensors) if (tensor.node.device !== null) return tensor.node.device;
  return null;
}

/** The inputs that have no value yet. */
function pendingOf(tensors: readonly Tensor[], variables: readonly Variable[]): Node[] {
  const pending: Node[] = [];
  for (const { node } of tensors) if (node.storage === null) pending.push(node);
  for (const { node } of variables) if (node.storage === null) pending.push(node);
  return pending;
}
