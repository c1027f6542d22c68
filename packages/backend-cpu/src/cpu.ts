import { type Backend, type LoopStep, MinimaError, type Step, ValueError } from "@minima/tensor";
import { AnchorKernels } from "./anchors/anchor-kernels.ts";
import { ConvKernel } from "./conv/conv.ts";
import { LoopKernels } from "./loop-kernels.ts";
import { MatmulKernel } from "./matmul/matmul.ts";
import { CpuMemory } from "./memory/memory.ts";
import { type CpuProgram, type StepRunner, runProgram } from "./program.ts";
import { Kernels } from "./threads/kernels.ts";
import { ThreadPool } from "./threads/pool.ts";
import { wasmFeatures } from "./wasm/index.ts";

export interface CpuOptions {
  /** How many threads share the work; default 1. More need shared memory: in a page, cross-origin isolation. */
  readonly threads?: number | undefined;
  /** Where the thread's entry `worker.js` lies, for bundlers that do not carry it along. */
  readonly workerUrl?: URL | string | undefined;
}

/** More threads than this gain nothing on kernels of this size. */
const mostThreads = 64;

/**
 * The CPU as a backend: WebAssembly SIMD kernels generated at run time, one for each fused kernel of a plan, and a
 * packed, blocked matrix product.
 *
 * @throws MinimaError where the engine has no WebAssembly SIMD.
 */
export function cpu(options: CpuOptions = {}): Backend {
  const { threads = 1 } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ValueError(`cpu: threads ${threads} must be an integer from 1 to ${mostThreads}`);
  }
  const features = wasmFeatures();
  if (!features.simd) {
    throw new MinimaError(
      "cpu: this engine has no WebAssembly SIMD; Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 do",
    );
  }
  const shared = threads > 1;
  if (shared && !features.sharedMemory) {
    throw new MinimaError(
      `cpu: ${threads} threads need shared memory, which this page does not have; serve it with the headers ` +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or use one thread",
    );
  }
  const kernelOptions = { relaxed: features.relaxedSimd, shared };
  const memory = new CpuMemory(shared);
  const pool = shared ? new ThreadPool(memory, threads, options) : null;
  const kernels = pool?.kernels ?? new Kernels(memory, null);
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

  return {
    name: "cpu",
    profile: { maxSlotsPerStep: 64, synchronous: true },
    allocate: (bytes) => memory.allocate(bytes),
    free: (buffer) => memory.free(buffer),
    write: (buffer, data) => memory.view(buffer, "uint8", data.byteLength).set(bytesOf(data)),
    read: (buffer, dtype, size) => Promise.resolve(memory.view(buffer, dtype, size).slice()),
    readSync: (buffer, dtype, size) => memory.view(buffer, dtype, size).slice(),
    compile: (steps): CpuProgram => ({ steps, runners: compileSteps(steps) }),
    submit(program, bindings) {
      const scalars = memory.allocate(bindings.scalars.byteLength);
      memory.view(scalars, "uint32", bindings.scalars.length).set(bindings.scalars);
      runProgram(program, bindings, scalars.address);
      memory.free(scalars);
    },
    stats: () => ({ buffers: memory.buffers, bytes: memory.usedBytes }),
    idle: () => Promise.resolve(),
    dispose: () => pool?.dispose(), // the memory goes with the last reference to the backend
  };
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
