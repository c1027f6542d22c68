import { MinimaError, type Program, type Step } from "@minima/tensor";
import type { KernelError } from "../errors.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { GpuBuffer } from "../memory/gpu-buffer.ts";
import { BindGroups } from "./bind-groups.ts";
import type { Pipeline } from "./pipelines.ts";

/** One dispatch of a program. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly pipeline: Pipeline;
  readonly groups: BindGroups;
  /** Position of its first piece of scratch memory among the program's. */
  readonly firstScratch: number;
}

/** Steps as dispatches. */
export class WebGpuProgram implements Program {
  readonly steps: readonly Step[];
  readonly dispatches: readonly Dispatch[];
  /** Sizes in bytes of the memory that steps need for themselves. */
  readonly scratch: readonly number[];
  /** Slots whose contents come from before, and those that are written. */
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
  /** Resolves when all pipelines are there or have failed; null from then on. */
  ready: Promise<void> | null;

  constructor(steps: readonly Step[], dispatches: readonly Dispatch[], scratch: readonly number[]) {
    this.steps = steps;
    this.dispatches = dispatches;
    this.scratch = scratch;
    const [reads, writes] = [new Set<number>(), new Set<number>()];
    for (const { memory, access } of dispatches.flatMap(({ kernel }) => kernel.operands)) {
      if (!("slot" in memory)) continue;
      if (access === "write") writes.add(memory.slot);
      else if (!writes.has(memory.slot)) reads.add(memory.slot);
    }
    [this.reads, this.writes] = [reads, writes];
    const waits = dispatches.filter(({ pipeline }) => pipeline.compiled === null).map(({ pipeline }) => pipeline.ready);
    this.ready = waits.length === 0 ? null : Promise.all(waits).then(() => void (this.ready = null));
  }

  /** Why the program cannot run, once its pipelines are there. */
  get error(): KernelError | null {
    return this.dispatches.find(({ pipeline }) => pipeline.error !== null)?.pipeline.error ?? null;
  }

  /** Writes all dispatches into a command buffer, each seeing what those before it have written. */
  encode(device: GPUDevice, memory: ProgramMemory): GPUCommandBuffer {
    return encodeDispatches(device, this.dispatches, memory);
  }

  /** The first dispatch that the device refuses, for the message; found by encoding one at a time. */
  async findRefused(device: GPUDevice, memory: ProgramMemory): Promise<string> {
    for (const dispatch of this.dispatches) {
      device.pushErrorScope("validation");
      encodeDispatches(device, [dispatch], memory);
      if ((await device.popErrorScope()) !== null) return dispatch.kernel.label;
    }
    return "program";
  }
}

/** What a program is bound to when it runs. */
export interface ProgramMemory {
  /** By slot. */
  readonly buffers: readonly GpuBuffer[];
  readonly scratch: readonly GpuBuffer[];
  readonly scalars: GPUBindGroup | null;
}

function encodeDispatches(device: GPUDevice, dispatches: readonly Dispatch[], memory: ProgramMemory): GPUCommandBuffer {
  const encoder = device.createCommandEncoder({ label: "program" });
  const pass = encoder.beginComputePass({ label: "program" });
  for (const { kernel, pipeline, groups, firstScratch } of dispatches) {
    if (pipeline.compiled === null)
      throw pipeline.error ?? new MinimaError("a program was submitted before its pipelines");
    const bound = kernel.operands.map(({ memory: place }) =>
      "slot" in place ? memory.buffers[place.slot] : memory.scratch[firstScratch + place.scratch],
    );
    pass.setPipeline(pipeline.compiled);
    pass.setBindGroup(0, groups.get(device, kernel.label, pipeline.layout, bound));
    if (kernel.usesScalars && memory.scalars !== null) pass.setBindGroup(1, memory.scalars);
    pass.dispatchWorkgroups(...kernel.workgroups);
  }
  pass.end();
  return encoder.finish();
}
