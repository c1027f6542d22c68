import type { BackendProfile, Bindings, DType, DeviceBuffer, Program, Step, TypedArray } from "@minima/tensor";
import { ValueError, hostArray, isMinimaError } from "@minima/tensor";
import { mostFeatures } from "./anchors/attention/attention.ts";
import type { GrantedDevice } from "./adapter/request-device.ts";
import { bufferUsage } from "./constants.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { DeviceLostError } from "./errors.ts";
import { Faults } from "./faults.ts";
import type { KernelLimits } from "./kernel/kernel.ts";
import { anchorProfiles } from "./kernel/tuning.ts";
import { BufferPool } from "./memory/buffer-pool.ts";
import type { GpuBuffer } from "./memory/gpu-buffer.ts";
import { Reader } from "./memory/reader.ts";
import { upload } from "./memory/upload.ts";
import type { WebGpuOptions } from "./options.ts";
import type { Profile } from "./profile/profile.ts";
import { Recorder } from "./profile/recorder.ts";
import { Backlog } from "./program/backlog.ts";
import { CommandQueue } from "./program/command-queue.ts";
import { compileSteps } from "./program/compile-steps.ts";
import { Layouts } from "./program/layouts.ts";
import { Pipelines } from "./program/pipelines.ts";
import type { WebGpuProgram } from "./program/program.ts";
import { ProgressCounter } from "./program/progress.ts";
import { type Submission, Submitter } from "./program/submitter.ts";
import type { AdapterInfo, WebGpuBackend, WebGpuStats } from "./webgpu-backend.ts";

/** A backend on a device. */
export class DeviceBackend implements WebGpuBackend {
  readonly name = "webgpu";
  readonly profile: BackendProfile;
  readonly adapterInfo: AdapterInfo;
  readonly features: ReadonlySet<string>;
  readonly #device: GPUDevice;
  readonly #limits: DeviceLimits & KernelLimits;
  readonly #faults: Faults;
  readonly #commands: CommandQueue;
  readonly #buffers: BufferPool;
  readonly #uniforms: BufferPool;
  readonly #pipelines: Pipelines;
  readonly #reader: Reader;
  readonly #backlog: Backlog;
  readonly #submitter: Submitter;
  #recorder: Recorder | null = null;
  /** Why a program could not run, until somebody who waits for it has been told. */
  #failure: Error | null = null;
  #released = false;

  constructor(
    { device, limits, features }: GrantedDevice,
    adapterInfo: AdapterInfo,
    { onProgress, ...kernels }: Pick<WebGpuOptions, "onProgress"> & Pick<KernelLimits, "tuning" | "subgroups">,
  ) {
    this.#device = device;
    this.#limits = { ...limits, ...kernels };
    this.adapterInfo = adapterInfo;
    this.features = features;
    this.profile = {
      maxSlotsPerStep: limits.maxStorageBuffersPerShaderStage,
      synchronous: false,
      float16: features.has("shader-f16"),
      anchors: anchorProfiles(kernels.tuning),
      composites: { attention: { mostFeatures } },
    };
    this.#faults = new Faults(device);
    this.#commands = new CommandQueue((error) => this.#faults.add(error));
    const { storage, uniform, copySource, copyDestination } = bufferUsage;
    const destroy = (buffer: GPUBuffer): void => {
      this.#commands.run(() => {
        this.#reader.beforeChange(buffer);
        buffer.destroy();
      });
    };
    this.#buffers = new BufferPool(device, storage | copySource | copyDestination, limits, destroy);
    this.#uniforms = new BufferPool(device, uniform | copyDestination, limits, destroy);
    const layouts = new Layouts(device);
    this.#pipelines = new Pipelines(device, layouts, new ProgressCounter(onProgress));
    this.#reader = new Reader(device, limits.maxBufferSize);
    this.#backlog = new Backlog(device.queue);
    this.#submitter = new Submitter(device, layouts, this.#faults, this.#backlog);
    void device.lost.then(({ reason, message }) => {
      this.#lose(new DeviceLostError(`webgpu: the device was lost (${reason}): ${message}`));
    });
  }

  allocate(bytes: number): GpuBuffer {
    this.#faults.checkLost();
    return this.#buffers.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    if (!this.#released) this.#buffers.free(buffer as GpuBuffer);
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    this.#faults.checkLost();
    const target = buffer as GpuBuffer;
    const gate = (): Promise<void> | null => this.#buffers.checking;
    const source = this.#commands.pending === null && gate() === null ? data : data.slice();
    this.#commands.run(() => {
      if (target.missing !== null) return; // whoever uses it is told
      target.fault = null;
      this.#reader.beforeChange(target.gpu);
      upload(this.#device.queue, target.gpu, source);
    }, gate);
  }

  async read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray> {
    this.#faults.check();
    if (size === 0) return hostArray(dtype, 0);
    const source = buffer as GpuBuffer;
    let known = this.#faults.known;
    const reading = new Promise<TypedArray>((resolve, reject) => {
      this.#commands.run(() => {
        known = this.#faults.known;
        const fault = source.missing ?? source.fault;
        if (fault !== null) reject(fault);
        else this.#reader.read(source.gpu, dtype, size).then(resolve, reject);
      });
    });
    const data = await reading.catch(async (error: unknown) => {
      // The cause says more than the read that fails on account of it.
      if (!isMinimaError(error)) await this.#faults.arrival();
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
    this.#faults.checkLost();
    const own = program as WebGpuProgram;
    // Memory is taken now, so that the program runs whole or not at all; freed at once, because of the order of commands.
    const scratch: GpuBuffer[] = [];
    try {
      for (const bytes of own.scratch) scratch.push(this.#buffers.allocate(bytes));
      const uniform = scalars.length === 0 ? null : this.#uniforms.allocate(Math.ceil(scalars.length / 4) * 16);
      const gate = (): Promise<void> | null => {
        return own.ready ?? this.#buffers.checking ?? this.#uniforms.checking ?? this.#backlog.full;
      };
      const waits = this.#commands.pending !== null || gate() !== null;
      const bound = buffers as readonly GpuBuffer[];
      const recorder = this.#recorder;
      const submission: Submission = {
        program: own,
        buffers: waits ? [...bound] : bound,
        scratch,
        uniform,
        words: waits ? scalars.slice() : scalars,
        recording: recorder === null ? null : { recorder, slotBytes: bound.map(({ asked }) => asked) },
      };
      this.#commands.run(() => this.#run(submission), gate);
      if (uniform !== null) this.#uniforms.free(uniform);
    } finally {
      for (const buffer of scratch) this.#buffers.free(buffer);
    }
  }

  #run(submission: Submission): void {
    for (const slot of submission.program.writes) this.#reader.beforeChange(submission.buffers[slot].gpu);
    for (const { gpu } of submission.scratch) this.#reader.beforeChange(gpu);
    this.#failure = this.#submitter.run(submission) ?? this.#failure;
  }

  stats(): WebGpuStats {
    const bytes = this.#buffers.usedBytes;
    const totalBytes = this.#buffers.totalBytes + this.#uniforms.totalBytes + this.#reader.bytes;
    return {
      buffers: this.#buffers.count,
      bytes,
      ownBytes: totalBytes - bytes,
      totalBytes,
      submits: this.#submitter.submits,
      running: this.#backlog.count,
      dispatches: this.#submitter.dispatches,
      copies: this.#reader.copies,
      pipelines: this.#pipelines.count,
    };
  }

  /** Runs work and counts what it has the device do; see `profile`. */
  async profileWork(work: () => Promise<unknown>): Promise<Profile> {
    if (this.#recorder !== null) throw new ValueError("profile: this backend is being profiled; one at a time");
    const recorder = (this.#recorder = new Recorder(this.features.has("timestamp-query")));
    try {
      await this.idle();
      const before = this.stats();
      await work();
      await this.idle();
      const after = this.stats();
      const kernels = await recorder.finish();
      return {
        submits: after.submits - before.submits,
        dispatches: after.dispatches - before.dispatches,
        bytes: kernels.reduce((sum, { bytes }) => sum + bytes, 0),
        copies: after.copies - before.copies,
        pipelines: after.pipelines - before.pipelines,
        kernels,
      };
    } finally {
      this.#recorder = null;
    }
  }

  async ready(): Promise<void> {
    await this.#commands.pending;
    await this.#backlog.full;
    this.#faults.check();
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  async idle(): Promise<void> {
    await this.#commands.pending;
    await this.#reader.idle();
    await this.#device.queue.onSubmittedWorkDone();
    await this.#faults.known;
    this.#faults.check();
  }

  dispose(): void {
    this.#lose(new DeviceLostError("webgpu: the backend was disposed of"));
    this.#device.destroy();
  }

  /** Ends it: nothing can be had from the device any more, and nothing of it is held. */
  #lose(error: DeviceLostError): void {
    this.#faults.lose(error);
    if (this.#released) return;
    this.#released = true;
    this.#buffers.dispose();
    this.#uniforms.dispose();
    this.#reader.dispose();
    this.#pipelines.dispose();
  }
}
