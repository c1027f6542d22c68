import type { Step } from "@minima/tensor";
import { anchorKernels } from "../anchors/index.ts";
import type { CompiledStep, KernelLimits } from "../kernel/kernel.ts";
import { loopKernels } from "../loop/loop-kernel.ts";
import { BindGroups } from "./bind-groups.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Pipelines } from "./pipelines.ts";
import { WebGpuProgram } from "./program.ts";

/** A program for steps; its pipelines may still be on their way. Steps without elements become nothing. */
export function compileSteps(steps: readonly Step[], limits: KernelLimits, pipelines: Pipelines): WebGpuProgram {
  const dispatches: Dispatch[] = [];
  const scratch: number[] = [];
  steps.forEach((step, at) => {
    const compiled = compileStep(step, limits);
    for (const kernel of compiled.kernels) {
      if (kernel.workgroups.includes(0)) continue;
      const labelled = { ...kernel, label: `step ${at}: ${kernel.label}` };
      const pipeline = pipelines.get(labelled);
      dispatches.push({ step, kernel: labelled, pipeline, groups: new BindGroups(), firstScratch: scratch.length });
    }
    scratch.push(...compiled.scratch);
  });
  return new WebGpuProgram(steps, dispatches, scratch);
}

function compileStep(step: Step, limits: KernelLimits): CompiledStep {
  if (step.kind === "loop") return loopKernels(step, limits);
  return anchorKernels(step, limits);
}
