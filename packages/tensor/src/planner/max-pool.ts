import type { MaxPoolStep, PoolIndexStep, Source, Step } from "../kernel/step.ts";
import { sizeOf } from "../shape.ts";
import { usersOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

/**
 * Max pooling is made of the index of each window's maximum and the elements there, since the index is what the gradient
 * wants. Where nobody else wants it, the two become one step without an index.
 */
export function fuseMaxPooling(steps: readonly Step[], slots: readonly Slot[]): Step[] {
  const gone = new Set<Step>();
  const fused = new Map<Step, MaxPoolStep>();
  const users = usersOf(steps);
  for (const step of steps) {
    if (step.kind !== "poolIndex" || slots[step.output.slot].kind !== "temporary") continue;
    const [gather, ...others] = (users.get(step.output.slot) ?? [])
      .map((at) => steps[at])
      .filter((each) => each !== step);
    if (others.length > 0 || gather?.kind !== "gather" || !picksMaxima(gather, step)) continue;
    const { attributes, input, output } = step;
    fused.set(gather, { kind: "maxPool", attributes, input, output: { ...gather.output, shape: output.shape } });
    gone.add(step);
  }
  return steps.filter((step) => !gone.has(step)).map((step) => fused.get(step) ?? step);
}

/** Whether a gather takes from each plane of the pooling's input the elements that its indices name. */
function picksMaxima(gather: Extract<Step, { kind: "gather" }>, { attributes, input, output }: PoolIndexStep): boolean {
  const axes = attributes.window.length;
  return (
    isSameSource(gather.input, input) &&
    gather.index.slot === output.slot &&
    gather.axis === gather.input.shape.length - 1 &&
    gather.input.shape[gather.axis] === sizeOf(input.shape.slice(-axes)) &&
    gather.output.shape[gather.axis] === sizeOf(output.shape.slice(-axes))
  );
}

function isSameSource(a: Source, b: Source): boolean {
  return a.slot === b.slot && JSON.stringify(a.prologue) === JSON.stringify(b.prologue);
}
