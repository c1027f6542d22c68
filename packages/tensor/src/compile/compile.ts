import { checkInteger, checkList, checkOptions } from "../checks.ts";
import { TraceError, ValueError } from "../errors.ts";
import { type Node } from "../graph/node.ts";
import { activeTrace } from "../graph/trace.ts";
import { isUpdating } from "../runtime/effects.ts";
import { evaluate, evaluateWhatNeeds, executorOf } from "../runtime/evaluate.ts";
import { resolveDevice } from "../runtime/device.ts";
import { yieldToEventLoop } from "../runtime/yield.ts";
import type { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import type { Given, Truthful } from "./arguments.ts";
import { checkEqual } from "./compare.ts";
import { type Recording, inline, record } from "./record.ts";
import { Replay } from "./replay.ts";
import { type HasVariables, SettingsReader, type State, variablesOf } from "./settings.ts";
import { readArguments } from "./signature.ts";

export interface CompileOptions<S extends readonly number[] = readonly number[]> {
  /** The variables that the function reads or assigns, or what they belong to. */
  readonly state?: Iterable<Variable | HasVariables> | undefined;
  /** Positions of arguments whose numbers are part of the signature rather than inputs. */
  readonly static?: S | undefined;
  /** Record every call and compare, as the first three calls do; for finding what a function depends on. */
  readonly debug?: boolean | undefined;
}

/** A compiled function. */
export interface Compiled<P extends readonly unknown[], R> {
  /**
   * Runs the function. Called while another compiled function is recorded it becomes a part of that, and gives its result itself: use
   * `inline` there, whose type says so.
   */
  (...args: { [K in keyof P]: Given<P[K]> }): Promise<R>;
  /** The function as a part of another compiled function. Its state becomes a part of that one's. */
  readonly inline: (...args: { [K in keyof P]: Given<P[K]> }) => R;
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
): Compiled<P, R> {
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
  let latest: string | null = null;
  const call = async (args: readonly unknown[]): Promise<R> => {
    if (isUpdating()) {
      throw new TraceError(
        "compile: a compiled function was called inside of update, which may be taken back; call it before or after",
      );
    }
    const inputs = readArguments(args, isStatic);
    let key = `${inputs.key}|${settings.read()}`;
    let signature = signatures.get(key);
    if (signature === undefined || signature.calls < recordedCalls || options.debug === true) {
      const recording = record(fn as (...args: never[]) => unknown, args, variablesOf(state), isStatic);
      if (signature !== undefined) checkEqual(signature.recording, recording);
      settings.add(recording.states);
      key = `${inputs.key}|${settings.read()}`; // the recording may have made slots of optimizers
      signature = { recording, replay: new Replay(recording), calls: signature?.calls ?? 0 };
    }
    if (key !== latest || signatures.get(key) !== signature) keepLatest(signatures, (latest = key), signature);
    signature.calls++;
    const { recording, replay } = signature;
    for (const { input, test } of recording.checks) {
      const { kind, storage } = inputs.tensors[input].node;
      if (kind === "leaf" && storage !== null) test(storage);
    }
    const pending = pendingOf(inputs.tensors, replay.variables);
    // Without waiting, so that calls take effect in the order in which they are made.
    const computed = pending.length > 0 ? evaluate(pending) : undefined;
    computed?.catch(() => undefined); // thrown below, unless the call itself fails first
    evaluateWhatNeeds(replay.assigned);
    const executor = executorOf(resolveDevice(deviceOf(inputs.tensors) ?? replay.device));
    const result = replay.run(executor, inputs);
    if (computed !== undefined) await computed;
    const ready = executor.ready();
    if (ready !== undefined) await ready;
    await yieldToEventLoop();
    return result as R; // the function's own result with tensors replaced by tensors
  };
  const within = (args: readonly unknown[]): R => {
    const trace = activeTrace();
    if (trace === null) {
      throw new TraceError("compile: inline is for use inside of another compiled function; call the function itself");
    }
    return inline(trace, fn as (...args: never[]) => unknown, args, state, isStatic) as R; // what the function returns
  };
  const compiled = (...args: readonly unknown[]): unknown => (activeTrace() === null ? call(args) : within(args));
  return Object.assign(compiled, { inline: (...args: readonly unknown[]) => within(args) }) as Compiled<P, R>;
}

/** Makes an entry the latest, and drops the oldest one if there are too many. */
function keepLatest<T>(signatures: Map<string, T>, key: string, signature: T): void {
  signatures.delete(key);
  signatures.set(key, signature);
  if (signatures.size <= mostSignatures) return;
  const [oldest] = signatures.keys();
  signatures.delete(oldest);
}

function listOf(state: Iterable<Variable | HasVariables>): State {
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
