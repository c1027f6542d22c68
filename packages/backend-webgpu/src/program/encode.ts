import { MinimaError } from "@minima/tensor";
import type { GpuBuffer } from "../memory/gpu-buffer.ts";
import type { PassTimer } from "../profile/pass-timer.ts";
import type { Dispatch } from "./dispatch.ts";

/** What a program is bound to when it runs. */
export interface ProgramMemory {
  /** By slot. */
  readonly buffers: readonly GpuBuffer[];
  readonly scratch: readonly GpuBuffer[];
  readonly scalars: GPUBindGroup | null;
}

/** Writes dispatches into a command buffer, each seeing what those before it have written. */
export function encode(device: GPUDevice, dispatches: readonly Dispatch[], memory: ProgramMemory): GPUCommandBuffer {
  const encoder = device.createCommandEncoder({ label: "program" });
  const pass = encoder.beginComputePass({ label: "program" });
  for (const dispatch of dispatches) encodeDispatch(device, pass, dispatch, memory);
  pass.end();
  return encoder.finish();
}

/** The same with a pass for each dispatch, which is what can be timed. */
export function encodeTimed(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  memory: ProgramMemory,
  timer: PassTimer,
): GPUCommandBuffer {
  const encoder = device.createCommandEncoder({ label: "program" });
  for (const [index, dispatch] of dispatches.entries()) {
    const pass = encoder.beginComputePass({
      label: dispatch.kernel.label,
      timestampWrites: timer.timestampWrites(index),
    });
    encodeDispatch(device, pass, dispatch, memory);
    pass.end();
  }
  timer.resolve(encoder);
  return encoder.finish();
}

function encodeDispatch(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  { kernel, pipeline, groups, firstScratch }: Dispatch,
  { buffers, scratch, scalars }: ProgramMemory,
): void {
  if (pipeline.compiled === null) {
    throw pipeline.error ?? new MinimaError("a program was submitted before its pipelines");
  }
  const bound = kernel.operands.map(({ memory }) =>
    "slot" in memory ? buffers[memory.slot] : scratch[firstScratch + memory.scratch],
  );
  pass.setPipeline(pipeline.compiled);
  pass.setBindGroup(0, groups.get(device, kernel.label, pipeline.layout, bound));
  if (kernel.usesScalars && scalars !== null) pass.setBindGroup(1, scalars);
  pass.dispatchWorkgroups(...kernel.workgroups);
}
