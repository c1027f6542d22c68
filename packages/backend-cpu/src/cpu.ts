import { type Backend, type LoopStep, MinimaError, type Step } from "@minima/tensor";
import { AnchorKernels } from "./anchors/anchor-kernels.ts";
import { ConvKernel } from "./conv/conv.ts";
import { LoopKernels } from "./loop-kernels.ts";
import { MatmulKernel } from "./matmul/matmul.ts";
import { type CpuBuffer, CpuMemory } from "./memory/memory.ts";
import { type CpuProgram, type StepRunner, runProgram } from "./program.ts";
import { chooseThreads } from "./threads/choice.ts";
import { Kernels } from "./threads/kernels.ts";
import { ThreadPool } from "./threads/pool.ts";
import { wasmFeatures } from "./wasm/index.ts";

export interface CpuOptions {
  /**
   * How many threads share the work, from 1 to 64; by default one for each processor up to 8, for half of them beyond,
   * and at most 16. More than one need shared memory: in a page, cross-origin isolation. The bits of results do not
   * depend on it.
   */
  readonly threads?: number | undefined;
  /** Where the thread's entry `worker.js` lies, for bundlers that do not carry it along. */
  readonly workerUrl?: URL | string | undefined;
}

/** The CPU as a backend. */
export interface CpuBackend extends Backend {
  /** How many threads share the work, the calling one included, once there is enough of it. */
  readonly threads: number;
  /** How many of them are up now. */
  readonly startedThreads: number;
}

/** Threads of a backend that nobody holds any more end with it. */
const dropped = new FinalizationRegistry<ThreadPool>((pool) => pool.dispose());

/**
 * The CPU as a backend: WebAssembly SIMD kernels generated at run time, one for each fused kernel of a plan, and a
 * packed, blocked matrix product.
 *
 * @throws MinimaError where the engine has no WebAssembly SIMD, or no shared memory and `threads` is more than one.
 */
export function cpu(options: CpuOptions = {}): CpuBackend {
  const features = wasmFeatures();
  if (!features.simd) {
    throw new MinimaError(
      "cpu: this engine has no WebAssembly SIMD; Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 do",
    );
  }
  const threads = chooseThreads(options.threads, features.sharedMemory);
  const shared = threads > 1;
  const kernelOptions = { relaxed: features.relaxedSimd, shared };
  const memory = new CpuMemory(shared);
  const pool = shared ? new ThreadPool(memory, threads, options) : null;
  const kernels = pool?.kernels ?? new Kernels(memory);
  const loops = new LoopKernels(kernels, pool, kernelOptions);
  const matmul = new MatmulKernel(memory, kernels, pool, kernelOptions);
  const conv = new ConvKernel(memory, kernels, pool, kernelOptions);
  const anchors = new AnchorKernels(memory, kernels, pool, kernelOptions);

  /** An epilogue runs behind its anchor. */
  const withEpilogue = (run: StepRunner, epilogue: LoopStep | undefined): StepRunner => {
    if (epilogue === undefined) return run;
    const finish = loops.compile(epilogue);
    return (addresses, scalars) => {
      run(addresses, scalars);
      finish(addresses, scalars);
    };
  };

  const compileStep = (step: Step): StepRunner => {
    switch (step.kind) {
      case "loop":
        return loops.compile(step);
      case "matmul":
        return withEpilogue(matmul.compile(step), step.epilogue);
      case "conv":
        return withEpilogue(conv.compile(step), step.epilogue);
      case "attention":
        throw new Error("cpu: attention is made of other steps here: a fault of the planner");
      default:
        return anchors.compile(step);
    }
  };

  const compileSteps = (steps: readonly Step[]): StepRunner[] => {
    const runners: StepRunner[] = [];
    for (let i = 0; i < steps.length; i++) {
      const pair = i + 1 < steps.length ? anchors.compilePair(steps[i], steps[i + 1]) : null;
      runners.push(pair ?? compileStep(steps[i]));
      if (pair !== null) i++;
    }
    return runners;
  };

  let buffers = 0;
  let bytes = 0;
  const backend: CpuBackend = {
    name: "cpu",
    profile: { maxSlotsPerStep: 64, synchronous: true },
    threads,
    get startedThreads() {
      return pool?.started ?? 1;
    },
    allocate(size): CpuBuffer {
      const buffer = memory.allocate(size);
      buffers++;
      bytes += buffer.bytes;
      return buffer;
    },
    free(buffer) {
      memory.free(buffer);
      buffers--;
      bytes -= buffer.bytes;
    },
    write: (buffer, data) => memory.view(buffer, "uint8", data.byteLength).set(bytesOf(data)),
    read: (buffer, dtype, size) => Promise.resolve(memory.view(buffer, dtype, size).slice()),
    readSync: (buffer, dtype, size) => memory.view(buffer, dtype, size).slice(),
    compile: (steps): CpuProgram => ({ steps, runners: compileSteps(steps) }),
    submit(program, bindings) {
      const scalars = memory.allocate(bindings.scalars.byteLength);
      try {
        memory.view(scalars, "uint32", bindings.scalars.length).set(bindings.scalars);
        runProgram(program, bindings, scalars.address);
      } finally {
        memory.free(scalars);
      }
    },
    stats: () => ({ buffers, bytes, ownBytes: memory.usedBytes - bytes, reservedBytes: memory.reservedBytes }),
    idle: () => Promise.resolve(),
    dispose: () => pool?.dispose(), // the memory goes with the last reference to the backend
  };
  if (pool !== null) dropped.register(backend, pool);
  return backend;
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
