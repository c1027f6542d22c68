import { type LoopStep, type Reduction, sizeOf } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { storedAs, valueType } from "../kernel/value-type.ts";
import { castValue } from "./cast.ts";
import { type SharedLoops, combineAcrossLanes } from "./combine-lanes.ts";
import { combine, identity } from "./fold.ts";
import { LoopWriter } from "./loop-writer.ts";
import { findQuads, visits } from "./quads.ts";
import type { Strategy } from "./strategy.ts";

/** Fewer workgroups than this leave a GPU idle; as many as that are wanted. */
const fewGroups = 32;
const enoughGroups = 128;
/** Inner points that each lane should have at least: a second kernel has its cost as well. */
const fewestPerLane = 16;
/** Lanes that combine the parts of a point. */
const combiningLanes = 32;

/** In how many parts the inner loops of a step should be reduced, by its extents alone. */
export function partsOf({ outer, inner }: LoopStep, strategy: Strategy): number {
  if (strategy.kind !== "workgroup") return 1;
  const groups = sizeOf(outer) / strategy.points;
  if (groups >= fewGroups || groups === 0) return 1;
  const most = Math.floor(sizeOf(inner) / (strategy.lanes * fewestPerLane));
  return most < 4 ? 1 : Math.min(most, Math.ceil(enoughGroups / groups));
}

/** The number of the outer point that a lane works on, as a name, in the workgroup of this number. */
export function pointOfLane(writer: KernelWriter, { points }: SharedLoops, group: string): string {
  return points === 1 ? group : writer.let(`${group} * ${points}u + lane % ${points}u`);
}

/**
 * A reduction in two kernels: workgroups reduce parts of the inner loops, then one for each point combines them in their
 * order and goes on with what is made of the result. Null for steps that are more than one reduction, or bind too much.
 */
export function splitReduction(
  step: LoopStep,
  strategy: SharedLoops,
  parts: number,
  limits: KernelLimits,
  label: string,
): CompiledStep | null {
  const [first, ...rest] = step.phases;
  if (!first.inner || first.stores.length > 0 || rest.some(({ inner }) => inner)) return null;
  const { reductions } = first;
  const [partial, final] = [
    { ...step, phases: [first] },
    { ...step, phases: rest },
  ];
  for (const { instructions, phases } of [partial, final]) {
    const slots = new Set(phases.flatMap(({ stores }) => stores.map(({ slot }) => slot)));
    for (const instruction of instructions) if (instruction.op === "load") slots.add(instruction.slot);
    if (slots.size + reductions.length > limits.maxStorageBuffersPerShaderStage) return null;
  }
  const points = sizeOf(step.outer);
  return {
    kernels: [
      partialKernel(partial, strategy, parts, limits, `${label}, in ${parts} parts`),
      finalKernel(final, reductions, parts, limits, `${label}, of ${parts} parts`),
    ],
    scratch: reductions.map(() => points * parts * 4),
  };
}

function partialKernel(
  step: LoopStep,
  shared: SharedLoops,
  parts: number,
  limits: KernelLimits,
  label: string,
): Kernel {
  const { lanes, points } = shared;
  const writer = new KernelWriter(limits);
  const quads = points === 1 ? findQuads(step, step.outer.length + step.inner.length - 1) : null;
  const inner = visits(step.inner, quads !== null);
  const perPart = Math.ceil(inner / parts);
  const range = { first: "first", end: "end", most: perPart };
  const loops = new LoopWriter(writer, step, { kind: "workgroup", lanes, points, quads }, { range });
  const [{ reductions }] = step.phases;
  const partials = reductions.map(({ dtype }, scratch) => writer.bind({ scratch }, storedAs(dtype), "write"));
  return writer.forEachGroup(label, (sizeOf(step.outer) / points) * parts, lanes * points, () => {
    writer.line(`let part = item % ${parts}u;`);
    writer.line(`let first = min(part * ${perPart}u, ${inner}u);`);
    writer.line(`let end = min(first + ${perPart}u, ${inner}u);`);
    const point = pointOfLane(writer, shared, `(item / ${parts}u)`);
    loops.writePoint(point);
    writer.block(`if (lane < ${points}u)`, () => {
      reductions.forEach(({ id, dtype }, i) => {
        partials[i].store(`${point} * ${parts}u + part`, castValue(writer, dtype, storedAs(dtype), `r${id}`));
      });
    });
  });
}

function finalKernel(
  step: LoopStep,
  reductions: readonly Reduction[],
  parts: number,
  limits: KernelLimits,
  label: string,
): Kernel {
  const shared = { lanes: combiningLanes, points: 1 };
  const writer = new KernelWriter(limits);
  const loops = new LoopWriter(writer, step, { kind: "workgroup", ...shared });
  const partials = reductions.map(({ dtype }, scratch) => writer.bind({ scratch }, storedAs(dtype), "read"));
  return writer.forEachGroup(label, sizeOf(step.outer), combiningLanes, () => {
    reductions.forEach((reduction, i) => {
      const { id, dtype } = reduction;
      writer.line(`var r${id}: ${valueType[dtype]} = ${identity(writer, reduction)};`);
      writer.block(`for (var part = lane; part < ${parts}u; part += ${combiningLanes}u)`, () => {
        writer.line(
          `let partial = ${castValue(writer, storedAs(dtype), dtype, partials[i].load(`item * ${parts}u + part`))};`,
        );
        writer.line(`r${id} = ${combine(writer, reduction, `r${id}`, "partial")};`);
      });
      combineAcrossLanes(writer, reduction, `r${id}`, shared);
    });
    loops.writePoint("item");
  });
}
