import { type LoopStep, MinimaError, sizeOf } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import { isByte } from "../kernel/value-type.ts";
import { LoopWriter } from "./loop-writer.ts";
import { partsOf, pointOfLane, splitReduction } from "./split-reduction.ts";
import { chooseStrategy } from "./strategy.ts";

/** The kernels of a fused loop step: one, or two where few long reductions would leave a GPU idle. */
export function loopKernels(step: LoopStep, limits: KernelLimits): CompiledStep {
  const strategy = chooseStrategy(step, limits);
  const parts = partsOf(step, strategy);
  if (parts > 1 && strategy.kind === "workgroup") {
    const split = splitReduction(step, strategy, parts, limits, describe(step));
    if (split !== null) return split;
  }
  return { kernels: [loopKernel(step, limits)], scratch: [] };
}

/** A fused loop step as one kernel. */
export function loopKernel(step: LoopStep, limits: KernelLimits): Kernel {
  const points = sizeOf(step.outer);
  if (points * Math.max(1, sizeOf(step.inner)) >= 2 ** 32 || points >= 2 ** 31) {
    throw new MinimaError(
      `webgpu: a kernel over [${[...step.outer, ...step.inner].join()}] has too many points; work on parts`,
    );
  }
  const writer = new KernelWriter(limits);
  const strategy = chooseStrategy(step, limits);
  const loops = new LoopWriter(writer, step, strategy);
  const label = describe(step);
  switch (strategy.kind) {
    case "invocation":
      return writer.forEachItem(label, loops.outerVisits, () => loops.writePoint("item"));
    case "workgroup":
      return writer.forEachGroup(label, points / strategy.points, strategy.lanes * strategy.points, () => {
        loops.writePoint(pointOfLane(writer, strategy, "item"));
      });
    case "fourPoints":
      return writer.forEachItem(label, Math.ceil(points / 4), () => loops.writeFourPoints(points));
  }
}

/** For people: the loops, and what is computed in them. */
function describe({ outer, inner, instructions, phases }: LoopStep): string {
  const names = new Set<string>(instructions.map(({ op }) => op));
  for (const { reductions } of phases) for (const { kind } of reductions) names.add(kind);
  for (const dull of ["load", "scalar", "constant", "index", "inside", "reduced"]) names.delete(dull);
  const stores = phases.flatMap((phase) => phase.stores);
  const loops = `[${outer.join()}]${inner.length > 0 ? ` over [${inner.join()}]` : ""}`;
  const bytes = stores.some(({ dtype }) => isByte(dtype)) ? " to bytes" : "";
  return `loop ${loops} ${names.size > 0 ? [...names].join(" ") : "copy"}${bytes}`;
}
