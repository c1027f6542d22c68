import { DTypeError, ShapeError, TraceError } from "../errors.ts";
import { createLeaf } from "../graph/create.ts";
import { newGradientSlot } from "../graph/gradient-slot.ts";
import type { GradientSlot, Node } from "../graph/node.ts";
import { discardingPending } from "../graph/pending.ts";
import type { Storage } from "../graph/storage.ts";
import { type ActiveTrace, type TracedVariable, withTrace } from "../graph/trace.ts";
import { fillNode } from "../ops/build.ts";
import { type Conversion, ScalarInput, classOfNumber } from "../ops/scalar-input.ts";
import { type Collected, type Replaced, collect } from "../runtime/collect.ts";
import { withoutRequests } from "../runtime/effects.ts";
import { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { type HasVariables, type State, variablesOf } from "./settings.ts";
import { mapLeaves } from "./tree.ts";

/** Where a leaf of a recorded graph gets its value at each run. */
export type LeafSource =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "constant"; readonly storage: Storage };

/** What is done on the host before a run, in the order of the recording. */
type HostAction =
  | { readonly kind: "effect"; readonly run: () => void }
  | { readonly kind: "scalar"; readonly node: Node; readonly provider: () => number };

interface InputCheck {
  readonly input: number;
  readonly test: (storage: Storage) => void;
}

/** Which of the number arguments a node holds, and what it becomes there. */
interface BoundNumber {
  readonly input: number;
  readonly convert: Conversion;
}

/** A function recorded once: its graph, and what has to be bound and assigned at each run. */
export interface Recording {
  readonly collected: Collected;
  readonly leaves: ReadonlyMap<Node, LeafSource>;
  readonly numbers: ReadonlyMap<Node, BoundNumber>;
  readonly host: readonly HostAction[];
  /** What each call checks of the values of its tensor arguments. */
  readonly checks: readonly InputCheck[];
  /** The states of compiled functions that were called inside. */
  readonly states: readonly (Variable | HasVariables)[];
  /** Last assigned node of each variable. */
  readonly assignments: ReadonlyMap<Variable, Node>;
  /** What the function returned, with tensors of the recording. */
  readonly result: unknown;
}

/** Records one call. The tensors among the arguments are replaced by placeholders, the numbers by scalars. */
export function record(
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  state: readonly Variable[],
  isStatic: (position: number) => boolean,
): Recording {
  const trace = new Recorder(state);
  const numbers = new Map<Node, BoundNumber>();
  let tensorCount = 0;
  let numberCount = 0;
  const placeholders = args.map((arg, position) =>
    mapLeaves(
      arg,
      (leaf, path) => {
        if (leaf instanceof Tensor) return trace.input(leaf, tensorCount++);
        if (typeof leaf !== "number" || isStatic(position)) return leaf;
        const input = numberCount++;
        return new ScalarInput(classOfNumber(leaf), path, (dtype, convert) => {
          const node = fillNode(convert(leaf), [], dtype);
          node.bound = true;
          numbers.set(node, { input, convert });
          return node;
        });
      },
      `#${position}`,
    ),
  );
  const trial = (): Pick<Recording, "result" | "collected"> => {
    try {
      const result = withTrace(trace, () => fn(...(placeholders as never[])));
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw new TraceError("compile: the function is async; it must be synchronous, awaiting outside of it");
      }
      const outputs: Node[] = [];
      mapLeaves(result, (leaf, path) => {
        if (leaf instanceof Tensor) outputs.push(leaf.node);
        else checkPlain(leaf, path);
      });
      const roots = [...outputs, ...trace.assignments.values()].filter((n) => n.storage === null);
      const collected = collect(roots, trace.replaced());
      trace.checkGradients(new Set(collected.nodes));
      return { result, collected };
    } finally {
      trace.restoreGradients();
    }
  };
  const { result, collected } = discardingPending(() => withoutRequests(trial));
  const { leaves, host, checks, states, assignments } = trace;
  return { collected, leaves, numbers, host, checks, states, assignments, result };
}

/** Calls the function of another compiled function as a part of the one that is being recorded. */
export function inline(
  trace: ActiveTrace,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  state: State,
  isStatic: (position: number) => boolean,
): unknown {
  if (depth === mostNested) {
    throw new TraceError(
      `compile: compiled functions are nested ${mostNested} deep; one of them calls itself without end`,
    );
  }
  if (trace instanceof Recorder) trace.states.push(...state);
  for (const variable of variablesOf(state)) trace.include(variable);
  const given = args.map((arg, position) =>
    mapLeaves(
      arg,
      (leaf, path) => {
        if (typeof leaf !== "number" || isStatic(position)) return leaf;
        return new ScalarInput(classOfNumber(leaf), path, (dtype, convert) => fillNode(convert(leaf), [], dtype));
      },
      `#${position}`,
    ),
  );
  depth++;
  try {
    return fn(...(given as never[]));
  } finally {
    depth--;
  }
}

/** Compiled functions that are recorded inside of one another at most. */
const mostNested = 200;
let depth = 0;

/** Throws for objects in a result that may hold tensors, which would have no value. */
function checkPlain(leaf: unknown, path: string): void {
  if ((typeof leaf !== "object" && typeof leaf !== "function") || leaf === null) return;
  const kind = typeof leaf === "function" ? "function" : Object.prototype.toString.call(leaf).slice(8, -1);
  throw new TraceError(
    `compile: the function returned a ${kind}${path === "" ? "" : ` at ${path}`}; return tensors in arrays and plain objects`,
  );
}

class Recorder implements ActiveTrace {
  readonly leaves = new Map<Node, LeafSource>();
  readonly host: HostAction[] = [];
  readonly checks: InputCheck[] = [];
  readonly states: (Variable | HasVariables)[] = [];
  readonly assignments = new Map<Variable, Node>();
  /** Gradients that have changed, as they were. */
  readonly #gradients = new Map<GradientSlot, Node | null>();
  /** The node each variable stands for now. */
  readonly #values = new Map<TracedVariable, Node>();

  constructor(state: readonly Variable[]) {
    for (const variable of state) this.include(variable);
  }

  include(variable: TracedVariable): void {
    if (this.#values.has(variable) || !(variable instanceof Variable)) return;
    const { shape, dtype } = variable.version;
    const options = { requiresGrad: variable.requiresGrad, device: variable.version.device };
    const leaf = createLeaf(shape, dtype, null, { ...options, gradientSlot: variable.gradientSlot });
    this.#values.set(variable, leaf);
    this.leaves.set(leaf, { kind: "variable", variable });
  }

  beforeGradient(slot: GradientSlot): void {
    if (!this.#gradients.has(slot)) this.#gradients.set(slot, slot.gradient);
  }

  /** Throws if gradients were collected, and the program uses none of them: they do not leave the function by themselves. */
  checkGradients(program: ReadonlySet<Node>): void {
    const left = [...this.#gradients].flatMap(([{ gradient }, before]) =>
      gradient === before ? [] : (gradient ?? []),
    );
    if (left.length === 0 || left.some((gradient) => program.has(gradient))) return;
    throw new TraceError(
      `compile: backward collected gradients of ${left.length} tensors, and nothing in the function uses any. They do not leave ` +
        "it by themselves: step the optimizer inside, or return the gradients",
    );
  }

  /** Gives leaves the gradients again that they had before. */
  restoreGradients(): void {
    for (const [slot, gradient] of this.#gradients) slot.gradient = gradient;
  }

  /** The values of variables that may be overwritten. */
  replaced(): Replaced[] {
    return [...this.leaves].flatMap(([before, source]) => {
      const variable = source.kind === "variable" && source.variable.inPlace ? source.variable : undefined;
      const after = variable && this.assignments.get(variable);
      return after === undefined ? [] : [{ before, after }];
    });
  }

  input(tensor: Tensor, index: number): Tensor {
    const options = { requiresGrad: tensor.requiresGrad, device: tensor.node.device };
    const gradientSlot = tensor.requiresGrad ? newGradientSlot() : null;
    const leaf = createLeaf(tensor.shape, tensor.dtype, null, { ...options, gradientSlot });
    this.leaves.set(leaf, { kind: "input", index });
    return new Tensor(leaf);
  }

  read(variable: TracedVariable): Node {
    const node = this.#values.get(variable);
    if (node === undefined) throw notInState(variable);
    return node;
  }

  assign(variable: TracedVariable, value: Node): void {
    if (!this.#values.has(variable) || !(variable instanceof Variable)) throw notInState(variable);
    const before = this.read(variable);
    if (before.size !== value.size) throw new ShapeError(`assign: ${variable.name} changes its shape`);
    if (before.dtype !== value.dtype) throw new DTypeError(`assign: ${variable.name} changes its dtype`);
    this.#values.set(variable, value);
    this.assignments.set(variable, value);
  }

  scalar(node: Node, provider: () => number): void {
    this.host.push({ kind: "scalar", node, provider });
  }

  check(leaf: Node, test: (storage: Storage) => void): void {
    const source = this.leaves.get(leaf);
    if (source?.kind === "input") this.checks.push({ input: source.index, test });
  }

  effect(run: () => void): void {
    this.host.push({ kind: "effect", run });
  }
}

function notInState(variable: TracedVariable): TraceError {
  return new TraceError(
    `compile: the function uses the variable ${variable.name}, which is not in its state; list it (or the module or ` +
      "optimizer it belongs to) in compile(fn, { state: [...] })",
  );
}
