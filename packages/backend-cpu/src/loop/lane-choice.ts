import { type Affine, type DType, dependsOnOrder, type LoopStep } from "@minima/tensor";
import { turns } from "./accumulator.ts";
import { weightOf } from "./instruction-info.ts";
import { buildNest, laneCount, lanesAreInner, laneStride, tileSize, type Nest } from "./nest.ts";
import { instructionsOfPhase, placeInstructions } from "./placement.ts";

/** Rows shorter than this are summed up element by element: there are as many sums side by side in longer ones. */
const shortestRow = turns * laneCount;

/**
 * The nest in which a step costs least. Every loop is tried as the lane loop: it wins by neighbouring elements in its
 * accesses, by few partial vectors, and by little work that has to be repeated. Where the order of folds matters, the step
 * says whether lanes are along what is folded.
 */
export function chooseNest(step: LoopStep): Nest {
  const axes = [...step.outer, ...step.inner].flatMap((extent, axis) => (extent > 1 ? [axis] : []));
  const isOuter = (axis: number): boolean => axis < step.outer.length;
  // Among equals the innermost outer loop wins.
  const candidates = step.phases.some(({ reductions }) => reductions.some(dependsOnOrder))
    ? laneLoopsOfFolds(step, axes)
    : [...axes.filter(isOuter).reverse(), ...axes.filter((axis) => !isOuter(axis)).reverse()];
  let best = buildNest(step, candidates[0] ?? -1);
  let bestCost = costOf(step, best);
  for (const axis of candidates.slice(1)) {
    const nest = buildNest(step, axis);
    const cost = costOf(step, nest);
    if (cost < bestCost) [best, bestCost] = [nest, cost];
  }
  const tileAxis = step.inner.length === 0 ? tileAxisOf(step, best) : -1;
  return tileAxis < 0 ? best : buildNest(step, best.laneAxis, tileAxis);
}

/** The loops whose points may fill lanes: the last one of what is folded, or those around. */
function laneLoopsOfFolds({ outer, inner, foldsRows }: LoopStep, axes: readonly number[]): number[] {
  const last = axes.at(-1) ?? -1;
  if (foldsRows === true && last >= outer.length && (inner.at(-1) ?? 1) >= shortestRow) return [last];
  return axes.filter((axis) => axis < outer.length).reverse();
}

/**
 * The loop to be cut into tiles: one along which an access has neighbours that it does not have from lane to lane, as in a
 * transposition. Else each line of the cache would be fetched anew for each of its elements.
 */
function tileAxisOf(step: LoopStep, nest: Nest): number {
  const loads = step.instructions.flatMap((instruction) => (instruction.op === "load" ? [instruction] : []));
  for (const access of [...loads, ...step.phases.flatMap(({ stores }) => stores)]) {
    if (Math.abs(laneStride(nest, access)) <= 1) continue;
    const axis = step.outer.findIndex((extent, i) => extent > tileSize && Math.abs(access.strides[i]) === 1);
    if (axis >= 0) return axis;
  }
  return -1;
}

/** Vector operations that a step takes in a nest, roughly. */
function costOf(step: LoopStep, nest: Nest): number {
  const places = placeInstructions(step, nest);
  const rounds = roundsAtDepths(nest);
  const seen = new Set<number>();
  let cost = 0;
  for (const phase of step.phases) {
    const depth = phase.inner ? nest.loops.length : nest.outerDepth;
    for (let d = phase.inner ? nest.outerDepth : 0; d <= depth; d++) cost += rounds[d] * loopCost;
    for (const index of instructionsOfPhase(step, phase)) {
      const { depth: own } = places[index];
      if (own <= nest.outerDepth && seen.has(index)) continue;
      seen.add(index);
      const instruction = step.instructions[index];
      const weight = instruction.op === "load" ? accessCost(instruction, nest) : weightOf(instruction);
      cost += rounds[own] * weight;
    }
    for (const store of phase.stores) cost += rounds[depth] * accessCost(store, nest);
    const acrossLanes = lanesAreInner(nest) ? rounds[nest.outerDepth] * horizontalCost : 0;
    cost += phase.reductions.length * (rounds[depth] + acrossLanes);
  }
  return cost;
}

const loopCost = 1;
const horizontalCost = 10;

function accessCost(access: Affine & { readonly dtype: DType }, nest: Nest): number {
  const stride = laneStride(nest, access);
  if (stride === 0) return 1;
  const conversion = access.dtype === "bool" || access.dtype === "uint8" ? 2 : 0;
  return conversion + (Math.abs(stride) === 1 ? 1 : 6);
}

/** How often the body at each depth runs. */
function roundsAtDepths({ loops, lane }: Nest): number[] {
  const rounds = [1];
  loops.forEach(({ extent }, i) => rounds.push(rounds[i] * (i === lane ? Math.ceil(extent / laneCount) : extent)));
  return rounds;
}
