import { type Backend, MinimaError, checkOptions } from "@minima/tensor";
import type { KernelSet } from "./kernel-sets/kernel-set.ts";
import { type CpuBuffer, CpuMemory } from "./memory/memory.ts";
import { type CpuProgram, runProgram } from "./program.ts";
import { chooseRelaxedSimd } from "./relaxed-simd.ts";
import { StepCompiler } from "./step-compiler.ts";
import { chooseThreads } from "./threads/choice.ts";
import { Kernels } from "./threads/kernels.ts";
import { ThreadPool } from "./threads/pool.ts";
import { type VectorBits, chooseVectorBits } from "./vector-bits.ts";
import { wasmFeatures } from "./wasm/index.ts";

export interface CpuOptions {
  /**
   * How many threads share the work, from 1 to 64; by default one for each processor up to 8, for half of them beyond,
   * and at most 16. More than one need shared memory: in a page, cross-origin isolation. The bits of results do not
   * depend on it.
   */
  readonly threads?: number | undefined;
  /**
   * Whether matrix products and convolutions use relaxed SIMD, which adds a product with one rounding instead of two; by
   * default where the engine has it. With `false` all engines of the V8 family (Node, Chromium) give the same bits.
   */
  readonly relaxedSimd?: boolean | undefined;
  /**
   * How wide the vectors are that kernels are laid out for: 256 where the engine makes one vector of 256 bits of two
   * neighbours, which V8 does under `--experimental-wasm-revectorize`; else 128. By default 256 in a Node that was started
   * with that flag. The bits of results do not depend on it.
   */
  readonly vectorBits?: VectorBits | undefined;
  /**
   * Where the script of the threads, `@minima/backend-cpu/worker`, lies for bundlers that do not carry it along: a URL, or
   * in Node a path.
   */
  readonly workerUrl?: URL | string | undefined;
}

/** The CPU as a backend. */
export interface CpuBackend extends Backend {
  /** How many threads share the work, the calling one included, once there is enough of it. */
  readonly threads: number;
  /** How many of them are up now. */
  readonly startedThreads: number;
  /** Whether products are added with one rounding: what to note of a run that is to be repeated to the bit. */
  readonly relaxedSimd: boolean;
  /** How wide the vectors are that kernels are laid out for. */
  readonly vectorBits: VectorBits;
}

/** Threads of a backend that nobody holds any more end with it. */
const dropped = new FinalizationRegistry<ThreadPool>((pool) => pool.dispose());

/** A backend with the kernels of some sets. */
export function createBackend(options: CpuOptions, sets: readonly KernelSet[]): CpuBackend {
  checkOptions("cpu", options, { threads: true, relaxedSimd: true, vectorBits: true, workerUrl: true });
  const features = wasmFeatures();
  if (!features.simd) {
    throw new MinimaError(
      "cpu: this engine has no WebAssembly SIMD; Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 do",
    );
  }
  const relaxedSimd = chooseRelaxedSimd(options.relaxedSimd, features.relaxedSimd);
  const vectorBits = chooseVectorBits(options.vectorBits);
  const threads = chooseThreads(options.threads, features.sharedMemory);
  const shared = threads > 1;
  const memory = new CpuMemory(shared);
  const pool = shared ? new ThreadPool(memory, threads, options) : null;
  const kernels = pool?.kernels ?? new Kernels(memory);
  const compiler = new StepCompiler(sets, {
    memory,
    kernels,
    pool,
    options: { relaxed: relaxedSimd, wide: vectorBits === 256, shared },
  });

  let buffers = 0;
  let bytes = 0;
  const backend: CpuBackend = {
    name: "cpu",
    profile: {
      maxSlotsPerStep: 64,
      synchronous: true,
      anchors: { matmul: { epilogue: true, stridedResult: true }, conv: { epilogue: true } },
    },
    threads,
    relaxedSimd,
    vectorBits,
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
    compile: (steps): CpuProgram => ({ steps, runners: compiler.compileAll(steps) }),
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
