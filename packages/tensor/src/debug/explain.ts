import type { Node } from "../graph/node.ts";
import type { Instruction, LoopStep, MatrixAccess, Step } from "../kernel/step.ts";
import { planGraph } from "../planner/planner.ts";
import type { Plan, Slot } from "../planner/plan.ts";
import { collect, toGraph } from "../runtime/collect.ts";
import { pendingAssignments } from "../runtime/effects.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The plan for computing tensors (and all pending assignments), as text for a person: the kernels in order, what is
 * fused into each, and the memory they need. Runs nothing.
 */
export function explain(...tensors: Tensor[]): string {
  const roots: Node[] = [...tensors.map((t) => t.node), ...Array.from(pendingAssignments(), (a) => a.version)];
  const pending = roots.filter((node) => node.storage === null);
  if (pending.length === 0) return "nothing to compute: all values are there";
  const collected = collect(pending);
  const plan = planGraph(toGraph(collected), { maxSlotsPerStep: 64, synchronous: true });
  return [
    summary(plan, collected.nodes.length),
    ...plan.steps.map((step, i) => `${i + 1}. ${describe(step, plan)}`),
  ].join("\n");
}

function summary({ steps, slots }: Plan, nodes: number): string {
  const count = (kind: Slot["kind"]): number => slots.filter((slot) => slot.kind === kind).length;
  const bytes = slots.reduce((total, slot) => total + (slot.kind === "temporary" ? slot.bytes : 0), 0);
  return (
    `${nodes} nodes in ${steps.length} kernels; ${count("leaf")} inputs, ${count("output")} outputs, ` +
    `${count("temporary")} temporaries of ${bytes} bytes`
  );
}

function describe(step: Step, plan: Plan): string {
  if ((step.kind !== "matmul" && step.kind !== "conv") || step.epilogue === undefined) return describeStep(step, plan);
  return `${describeStep(step, plan)}, then in place ${describeStep(step.epilogue, plan)}`;
}

function describeStep(step: Step, plan: Plan): string {
  const name = (slot: number): string =>
    `${plan.slots[slot].kind === "temporary" ? "t" : plan.slots[slot].kind === "leaf" ? "in" : "out"}${slot}`;
  switch (step.kind) {
    case "loop":
      return describeLoop(step, name);
    case "matmul": {
      const matrix = (m: MatrixAccess): string => name(m.slot) + (m.columnStride === 1 ? "" : "ᵀ");
      const batch = step.batch.length > 0 ? `${step.batch.join("x")} times ` : "";
      return `${name(step.c.slot)} = matmul ${batch}${step.m}x${step.k} by ${step.k}x${step.n}: ${matrix(step.a)} · ${matrix(step.b)}`;
    }
    case "conv":
      return `${name(step.output.slot)} = conv ${step.attributes.mode} of ${name(step.a.slot)} and ${name(step.b.slot)}`;
    case "gather":
      return `${name(step.output.slot)} = gather from ${name(step.input.slot)} at ${name(step.index.slot)}`;
    case "scatterAdd":
      return `${name(step.output.slot)} = scatterAdd of ${name(step.source.slot)} at ${name(step.index.slot)}`;
    default:
      return `${name(step.output.slot)} = ${step.kind} of ${name(step.input.slot)}`;
  }
}

function describeLoop(step: LoopStep, name: (slot: number) => string): string {
  const { outer, inner, instructions, phases } = step;
  const over = [outer.length > 0 ? outer.join("x") : "1", ...(inner.length > 0 ? [`folding ${inner.join("x")}`] : [])];
  const text = (position: number): string => expression(instructions, position, name, step);
  const stores = phases.flatMap((phase) => phase.stores.map((store) => `${name(store.slot)} = ${text(store.value)}`));
  return `loop over ${over.join(", ")}: ${stores.join("; ")}`;
}

/** An instruction with its operands written out. */
function expression(
  all: readonly Instruction[],
  position: number,
  name: (slot: number) => string,
  step: LoopStep,
): string {
  const of = (operand: number): string => expression(all, operand, name, step);
  const instruction = all[position];
  switch (instruction.op) {
    case "load":
      return name(instruction.slot);
    case "scalar":
      return `s${instruction.index}`;
    case "constant":
      return String(instruction.value);
    case "index":
      return "index";
    case "inside":
      return "inside";
    case "randomBits":
      return "randomBits";
    case "reduced": {
      const reduction = step.phases.flatMap((phase) => phase.reductions).find(({ id }) => id === instruction.id);
      return reduction === undefined ? "reduced" : `${reduction.kind}(${of(reduction.value)})`;
    }
    case "where":
      return `where(${of(instruction.a)}, ${of(instruction.b)}, ${of(instruction.c)})`;
    case "cast":
      return `${instruction.dtype}(${of(instruction.a)})`;
    default:
      return "b" in instruction
        ? `${instruction.op}(${of(instruction.a)}, ${of(instruction.b)})`
        : `${instruction.op}(${of(instruction.a)})`;
  }
}
