import type { BackendProfile } from "../backend.ts";
import { planGraph } from "../planner/planner.ts";
import type { Plan, Slot } from "../planner/plan.ts";
import { toGraph } from "../runtime/collect.ts";
import { getBackend } from "../runtime/device.ts";
import { pendingAssignments, pendingFirstValues } from "../runtime/effects.ts";
import { gatherWork } from "../runtime/work.ts";
import type { Tensor } from "../tensor.ts";
import { describeStep } from "./describe-step.ts";

/**
 * The plan for computing tensors and the assignments that belong to them (without arguments: all assignments), as text for a person:
 * the kernels in order, what is fused into each, and the memory they need. Runs nothing.
 */
export function explain(...tensors: Tensor[]): string {
  const assigned =
    tensors.length > 0 ? [] : [...pendingFirstValues(), ...pendingAssignments()].map(({ version }) => version);
  const pending = [...tensors.map(({ node }) => node), ...assigned].filter(({ storage }) => storage === null);
  if (pending.length === 0) return "nothing to compute: all values are there";
  const device = pending.find((node) => node.device !== null)?.device ?? getBackend();
  const { collected } = gatherWork(device, pending);
  const plan = planGraph(toGraph(collected), { ...unknown, ...device?.profile });
  return [
    summary(plan, collected.nodes.length),
    ...plan.steps.map((step, i) => `${i + 1}. ${describeStep(step, (slot) => slotName(slot, plan))}`),
  ].join("\n");
}

/** Where no backend says what its anchors do: what those of all backends do. */
const unknown: BackendProfile = {
  maxSlotsPerStep: 64,
  synchronous: true,
  anchors: { matmul: { epilogue: true, stridedResult: true }, conv: { epilogue: true } },
};

function summary({ steps, slots }: Plan, nodes: number): string {
  const count = (kind: Slot["kind"]): number => slots.filter((slot) => slot.kind === kind).length;
  const bytes = slots.reduce((total, slot) => total + (slot.kind === "temporary" ? slot.bytes : 0), 0);
  return (
    `${nodes} nodes in ${steps.length} kernels; ${count("leaf")} inputs, ${count("output")} outputs, ` +
    `${count("temporary")} temporaries of ${bytes} bytes` +
    (count("update") > 0 ? `; ${count("update")} updated in place` : "")
  );
}

function slotName(slot: number, { slots }: Plan): string {
  const prefix = { temporary: "t", leaf: "in", output: "out", update: "inout" }[slots[slot].kind];
  return `${prefix}${slot}`;
}
