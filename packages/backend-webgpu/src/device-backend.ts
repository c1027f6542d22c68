import type { BackendProfile, Bindings, DType, DeviceBuffer, Program, Step, TypedArray } from "@minima/tensor";
import { hostArray } from "@minima/tensor";
import { bufferUsage } from "./constants.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { DeviceLostError, KernelError } from "./errors.ts";
import { Faults } from "./faults.ts";
import { BufferPool } from "./memory/buffer-pool.ts";
import type { GpuBuffer } from "./memory/gpu-buffer.ts";
import { Reader } from "./memory/reader.ts";
import { upload } from "./memory/upload.ts";
import { Backlog } from "./program/backlog.ts";
import { CommandQueue } from "./program/command-queue.ts";
import { compileSteps } from "./program/compile-steps.ts";
import { Layouts } from "./program/layouts.ts";
import { Pipelines } from "./program/pipelines.ts";
import type { ProgramMemory, WebGpuProgram } from "./program/program.ts";
import type { AdapterInfo, WebGpuBackend, WebGpuStats } from "./webgpu-backend.ts";

/** A step is done when fewer programs than this are on their way: more would only hold memory. */
const mostRunning = 3;

/** A backend on a device. */
export class DeviceBackend implements WebGpuBackend {
  readonly name = "webgpu";
  readonly profile: BackendProfile;
  readonly adapterInfo: AdapterInfo;
  readonly #device: GPUDevice;
  readonly #limits: DeviceLimits;
  readonly #faults: Faults;
  readonly #commands: CommandQueue;
  readonly #buffers: BufferPool;
  readonly #uniforms: BufferPool;
  readonly #layouts: Layouts;
  readonly #pipelines: Pipelines;
  readonly #reader: Reader;
  readonly #backlog: Backlog;
  #submits = 0;
  #dispatches = 0;
  #disposed = false;

  constructor(device: GPUDevice, limits: DeviceLimits, adapterInfo: AdapterInfo) {
    this.#device = device;
    this.#limits = limits;
    this.adapterInfo = adapterInfo;
    this.profile = { maxSlotsPerStep: limits.maxStorageBuffersPerShaderStage, synchronous: false };
    this.#faults = new Faults(device);
    this.#commands = new CommandQueue((error) => this.#faults.add(error));
    const { storage, uniform, copySource, copyDestination } = bufferUsage;
    const destroy = (buffer: GPUBuffer): void => this.#commands.run(() => buffer.destroy());
    this.#buffers = new BufferPool(device, storage | copySource | copyDestination, limits, destroy);
    this.#uniforms = new BufferPool(device, uniform | copyDestination, limits, destroy);
    this.#layouts = new Layouts(device);
    this.#pipelines = new Pipelines(device, this.#layouts);
    this.#reader = new Reader(device);
    this.#backlog = new Backlog(device.queue);
  }

  allocate(bytes: number): GpuBuffer {
    return this.#buffers.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    if (!this.#disposed) this.#buffers.free(buffer as GpuBuffer);
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    const target = buffer as GpuBuffer;
    const source = this.#commands.pending === null ? data : data.slice();
    this.#commands.run(() => {
      target.fault = null;
      upload(this.#device.queue, target.gpu, source);
    });
  }

  async read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray> {
    this.#faults.check();
    if (size === 0) return hostArray(dtype, 0);
    const source = buffer as GpuBuffer;
    let known = this.#faults.known;
    const reading = new Promise<TypedArray>((resolve, reject) => {
      this.#commands.run(() => {
        known = this.#faults.known;
        if (source.fault !== null) reject(source.fault);
        else this.#reader.read(source.gpu, dtype, size).then(resolve, reject);
      });
    });
    // The cause says more than the read that fails on account of it.
    const data = await reading.catch((error: unknown) => {
      this.#faults.check();
      throw error;
    });
    await known;
    this.#faults.check();
    return data;
  }

  compile(steps: readonly Step[]): WebGpuProgram {
    return compileSteps(steps, this.#limits, this.#pipelines);
  }

  submit(program: Program, { buffers, scalars }: Bindings): void {
    const own = program as WebGpuProgram;
    const waits = own.ready !== null || this.#commands.pending !== null;
    const bound = (waits ? [...buffers] : buffers) as readonly GpuBuffer[];
    const words = waits ? scalars.slice() : scalars;
    // Memory is taken now, so that the program runs whole or not at all; freed at once, because of the order of commands.
    const scratch: GpuBuffer[] = [];
    try {
      for (const bytes of own.scratch) scratch.push(this.#buffers.allocate(bytes));
      const uniform = words.length === 0 ? null : this.#uniforms.allocate(Math.ceil(words.length / 4) * 16);
      this.#commands.run(() => this.#run(own, bound, scratch, uniform, words), own.ready);
      if (uniform !== null) this.#uniforms.free(uniform);
    } finally {
      for (const buffer of scratch) this.#buffers.free(buffer);
    }
  }

  #run(
    program: WebGpuProgram,
    buffers: readonly GpuBuffer[],
    scratch: readonly GpuBuffer[],
    uniform: GpuBuffer | null,
    words: Uint32Array,
  ): void {
    const fault = program.error ?? firstFault(program, buffers);
    for (const slot of program.writes) buffers[slot].fault = fault;
    if (fault !== null || program.dispatches.length === 0) return;
    const device = this.#device;
    device.pushErrorScope("validation");
    if (uniform !== null) upload(device.queue, uniform.gpu, words);
    const memory = { buffers, scratch, scalars: uniform === null ? null : this.#scalarGroup(uniform) };
    device.queue.submit([program.encode(device, memory)]);
    this.#faults.watch(this.#checkSubmit(device.popErrorScope(), program, memory));
    this.#backlog.add();
    this.#submits++;
    this.#dispatches += program.dispatches.length;
  }

  #scalarGroup(uniform: GpuBuffer): GPUBindGroup {
    const entries = [{ binding: 0, resource: { buffer: uniform.gpu } }];
    return this.#device.createBindGroup({ label: "scalars", layout: this.#layouts.scalars, entries });
  }

  async #checkSubmit(scope: Promise<GPUError | null>, program: WebGpuProgram, memory: ProgramMemory): Promise<void> {
    try {
      const error = await scope;
      if (error === null) return;
      const label = await program.findRefused(this.#device, memory);
      this.#faults.add(new KernelError(`webgpu: the device refused "${label}": ${error.message}`, { cause: error }));
    } catch {
      // The device is gone, which is reported where that is noticed.
    }
  }

  stats(): WebGpuStats {
    return {
      buffers: this.#buffers.count,
      bytes: this.#buffers.usedBytes,
      totalBytes: this.#buffers.totalBytes + this.#uniforms.totalBytes,
      submits: this.#submits,
      dispatches: this.#dispatches,
      copies: this.#reader.copies,
      pipelines: this.#pipelines.count,
    };
  }

  async ready(): Promise<void> {
    await this.#commands.pending;
    await this.#backlog.below(mostRunning);
    this.#faults.check();
  }

  async idle(): Promise<void> {
    await this.#commands.pending;
    await this.#device.queue.onSubmittedWorkDone();
    await this.#faults.known;
    this.#faults.check();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#faults.add(new DeviceLostError("webgpu: the backend was disposed of"));
    this.#buffers.dispose();
    this.#uniforms.dispose();
    this.#reader.dispose();
    this.#device.destroy();
  }
}

/** Why an input of a program is not what it should be. */
function firstFault(program: WebGpuProgram, buffers: readonly GpuBuffer[]): Error | null {
  for (const slot of program.reads) if (buffers[slot].fault !== null) return buffers[slot].fault;
  return null;
}
