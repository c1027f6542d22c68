import type { LoopStep, Step } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits } from "../kernel/kernel.ts";
import { argReduceKernel } from "./arg-reduce.ts";
import { argsortKernels } from "./argsort.ts";
import { attentionKernel } from "./attention/attention.ts";
import { averagePoolKernel } from "./average-pool.ts";
import { convKernels } from "./conv/conv.ts";
import { gatherKernel } from "./gather.ts";
import { matmulKernels } from "./matmul/matmul.ts";
import { maxPoolKernel } from "./max-pool.ts";
import { scanKernels } from "./scan/scan.ts";
import { scatterAddKernel } from "./scatter-add.ts";

/** The kernels of a step that has an algorithm of its own. */
export function anchorKernels(step: Exclude<Step, LoopStep>, limits: KernelLimits): CompiledStep {
  const alone = (...kernels: Kernel[]): CompiledStep => ({ kernels, scratch: [] });
  switch (step.kind) {
    case "matmul":
      return matmulKernels(step, limits);
    case "conv":
      return convKernels(step, limits);
    case "attention":
      return alone(attentionKernel(step, limits));
    case "poolIndex":
    case "maxPool":
      return alone(maxPoolKernel(step, limits));
    case "avgPool":
      return alone(averagePoolKernel(step, limits));
    case "argReduce":
      return alone(argReduceKernel(step, limits));
    case "scan":
      return scanKernels(step, limits);
    case "gather":
      return alone(gatherKernel(step, limits));
    case "scatterAdd":
      return alone(scatterAddKernel(step, limits));
    case "argsort":
      return argsortKernels(step, limits);
  }
}
