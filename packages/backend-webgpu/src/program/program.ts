import type { Program, Step } from "@minima/tensor";
import type { KernelError } from "../errors.ts";
import type { Dispatch } from "./dispatch.ts";
import { type ProgramMemory, encode } from "./encode.ts";

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

  /** The first dispatch that the device refuses, for the message; found by encoding one at a time. */
  async findRefused(device: GPUDevice, memory: ProgramMemory): Promise<string> {
    for (const dispatch of this.dispatches) {
      device.pushErrorScope("validation");
      encode(device, [dispatch], memory);
      if ((await device.popErrorScope()) !== null) return dispatch.kernel.label;
    }
    return "program";
  }
}
