import { KernelError } from "../errors.ts";
import type { Faults } from "../faults.ts";
import type { GpuBuffer } from "../memory/gpu-buffer.ts";
import { upload } from "../memory/upload.ts";
import type { Recorder } from "../profile/recorder.ts";
import type { Backlog } from "./backlog.ts";
import { type ProgramMemory, encode } from "./encode.ts";
import type { Layouts } from "./layouts.ts";
import type { WebGpuProgram } from "./program.ts";

/** A program and all that it runs on. */
export interface Submission {
  readonly program: WebGpuProgram;
  readonly buffers: readonly GpuBuffer[];
  readonly scratch: readonly GpuBuffer[];
  readonly uniform: GpuBuffer | null;
  /** What goes into the uniform buffer. */
  readonly words: Uint32Array;
  /** Who counts it, and the bytes of the values in its slots. */
  readonly recording: { readonly recorder: Recorder; readonly slotBytes: readonly number[] } | null;
}

/** Runs programs, each as one submit, and counts them. */
export class Submitter {
  readonly #device: GPUDevice;
  readonly #layouts: Layouts;
  readonly #faults: Faults;
  readonly #backlog: Backlog;
  /** The bind groups of blocks of scalars, by their buffers, which the pool hands out again and again. */
  readonly #scalarGroups = new WeakMap<GpuBuffer, GPUBindGroup>();
  submits = 0;
  dispatches = 0;

  constructor(device: GPUDevice, layouts: Layouts, faults: Faults, backlog: Backlog) {
    this.#device = device;
    this.#layouts = layouts;
    this.#faults = faults;
    this.#backlog = backlog;
  }

  /** Submits a program, or marks what it should have written; gives why if it cannot run. */
  run(submission: Submission): Error | null {
    const { program, buffers, scratch, uniform, words, recording } = submission;
    const fault = faultOf(submission);
    for (const slot of program.writes) buffers[slot].fault = fault;
    if (fault !== null || program.dispatches.length === 0) return fault;
    const device = this.#device;
    device.pushErrorScope("validation");
    if (uniform !== null) upload(device.queue, uniform.gpu, words);
    const memory = { buffers, scratch, scalars: uniform === null ? null : this.#scalarGroup(uniform) };
    if (recording === null) {
      device.queue.submit([encode(device, program.dispatches, memory)]);
    } else {
      const { recorder, slotBytes } = recording;
      recorder.run(device, program, memory, slotBytes);
    }
    this.#faults.watch(this.#check(device.popErrorScope(), program, memory));
    this.#backlog.add();
    this.submits++;
    this.dispatches += program.dispatches.length;
    return null;
  }

  #scalarGroup(uniform: GpuBuffer): GPUBindGroup {
    let group = this.#scalarGroups.get(uniform);
    if (group === undefined) {
      const entries = [{ binding: 0, resource: { buffer: uniform.gpu } }];
      group = this.#device.createBindGroup({ label: "scalars", layout: this.#layouts.scalars, entries });
      this.#scalarGroups.set(uniform, group);
    }
    return group;
  }

  async #check(scope: Promise<GPUError | null>, program: WebGpuProgram, memory: ProgramMemory): Promise<void> {
    try {
      const error = await scope;
      if (error === null) return;
      const label = await program.findRefused(this.#device, memory);
      this.#faults.add(new KernelError(`webgpu: the device refused "${label}": ${error.message}`, { cause: error }));
    } catch {
      // The device is gone, which is reported where that is noticed.
    }
  }
}

/** Why a program cannot run: a kernel, an input that is not what it should be, or memory that is not there. */
function faultOf({ program, buffers, scratch, uniform }: Submission): Error | null {
  if (program.error !== null) return program.error;
  for (const slot of program.reads) if (buffers[slot].fault !== null) return buffers[slot].fault;
  const own = uniform === null ? scratch : [...scratch, uniform];
  for (const memory of [buffers, own]) for (const { missing } of memory) if (missing !== null) return missing;
  return null;
}
