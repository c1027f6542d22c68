import {
  closureOf,
  findVarying,
  type Instruction,
  type LoopStep,
  operandsOf,
  type Phase,
  type Store,
  valueDType,
} from "@minima/tensor";
import { elementBytes } from "./element.ts";
import { weightOf, withOperands } from "./instruction-info.ts";

/**
 * Saves work that two phases would do twice. If a phase overwrites an element of a slot at each inner point, an earlier phase
 * can leave there the costly value that both need: the exponentials of a softmax are summed up in one phase and divided in the
 * next. Values stay the same to the bit.
 */
export function stashRepeatedWork(step: LoopStep): LoopStep {
  for (const [to, phase] of step.phases.entries()) {
    if (!phase.inner) continue;
    const place = phase.stores.find((store) => isFree(step, store));
    if (place === undefined) continue;
    const stash = costliestRepeated(step, to);
    if (stash !== null) return withStash(step, stash, to, place);
  }
  return step;
}

interface Stash {
  /** The instruction whose value is kept, and the phase that does it. */
  readonly value: number;
  readonly from: number;
}

/** Weight from which on a store and a load are cheaper. */
const worthStashing = 20;

/** Whether nothing else touches the slot of a store, and every inner point has its own element of 32 bits. */
function isFree(step: LoopStep, store: Store): boolean {
  if (elementBytes(store.dtype) !== 4) return false;
  const isLoaded = step.instructions.some(
    (instruction) => instruction.op === "load" && instruction.slot === store.slot,
  );
  const stores = step.phases.flatMap((phase) => phase.stores).filter(({ slot }) => slot === store.slot);
  if (isLoaded || stores.length > 1) return false;
  const steps = step.inner
    .map((extent, i) => ({ extent, stride: Math.abs(store.strides[step.outer.length + i]) }))
    .filter(({ extent }) => extent > 1)
    .sort((a, b) => a.stride - b.stride);
  let reach = 1;
  return steps.every(({ extent, stride }) => {
    const isApart = stride >= reach;
    reach = stride * extent;
    return isApart;
  });
}

/** The costliest value of 32 bits that phase `to` computes at each inner point and an earlier one too. */
function costliestRepeated(step: LoopStep, to: number): Stash | null {
  const { instructions } = step;
  const varies = dependsOnInner(step);
  const needed = (index: number): Set<number> => new Set(closureOf(instructions, rootsOf(step.phases[index])));
  const here = needed(to);
  let best: (Stash & { weight: number }) | null = null;
  for (let from = 0; from < to; from++) {
    if (!step.phases[from].inner) continue;
    for (const value of needed(from)) {
      if (!here.has(value) || !varies[value] || elementBytes(valueDType(instructions[value])) !== 4) continue;
      const repeated = closureOf(instructions, [value]).filter((index) => varies[index]);
      const weight = repeated.reduce((sum, index) => sum + weightOf(instructions[index]), 0);
      if (weight >= worthStashing && weight > (best?.weight ?? 0)) best = { value, from, weight };
    }
  }
  return best;
}

function rootsOf({ stores, reductions }: Phase): number[] {
  return [...stores, ...reductions].map(({ value }) => value);
}

/** For each instruction, whether its value differs between the inner points of one outer point. */
function dependsOnInner({ instructions, outer }: LoopStep): boolean[] {
  return findVarying(instructions, ({ strides }) => strides.slice(outer.length).some((stride) => stride !== 0));
}

/** The step whose phase `from` stores the value at `place`, and whose phases after it up to `to` load it there. */
function withStash(step: LoopStep, { value, from }: Stash, to: number, place: Store): LoopStep {
  const dtype = valueDType(step.instructions[value]);
  const { slot, offset, strides } = place;
  const instructions: Instruction[] = [...step.instructions, { op: "load", slot, offset, strides, dtype }];
  const renamed = new Map([[value, instructions.length - 1]]);
  step.instructions.forEach((instruction, index) => {
    if (index === value || !operandsOf(instruction).some((operand) => renamed.has(operand))) return;
    renamed.set(index, instructions.push(withOperands(instruction, renamed)) - 1);
  });
  const rename = <T extends { readonly value: number }>(user: T): T => ({
    ...user,
    value: renamed.get(user.value) ?? user.value,
  });
  const phases = step.phases.map((phase, index): Phase => {
    if (index === from) return { ...phase, stores: [...phase.stores, { slot, offset, strides, dtype, value }] };
    if (index < from || index > to) return phase;
    return { ...phase, reductions: phase.reductions.map(rename), stores: phase.stores.map(rename) };
  });
  return { ...step, instructions, phases };
}
