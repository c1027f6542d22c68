import type { LoopStep } from "@minima/tensor";
import type { KernelOptions } from "./kernel-options.ts";
import { loopFunctionName, loopModule } from "./loop/index.ts";
import type { KernelResources } from "./kernel-resources.ts";
import { type KernelCall, kernelCall } from "./loop-arguments.ts";
import type { StepRunner } from "./program.ts";
import type { Kernel, Kernels } from "./threads/kernels.ts";
import type { ThreadPool } from "./threads/pool.ts";

/** Instructions times points below which handing a step to other threads costs more than it saves: some 4 µs. */
const smallestShared = 60_000;
/** Chunks of a loop are multiples of this many iterations, so that vectors and cache lines stay whole. */
const chunkUnit = 16;
/** Chunks for each thread: one that is held up leaves its rest to the others. */
const chunksPerThread = 2;

/** Kernels that are remembered: the engine's space for code is limited. */
const mostKernels = 2048;

/** Compiled loop steps by structure: steps that differ in what they are called with alone share a kernel. */
export class LoopKernels {
  readonly #kernels: Kernels;
  readonly #pool: ThreadPool | null;
  readonly #options: KernelOptions;
  readonly #known = new Map<string, Kernel>();

  constructor({ kernels, pool, options }: KernelResources) {
    this.#kernels = kernels;
    this.#pool = pool;
    this.#options = options;
  }

  compile(step: LoopStep): StepRunner {
    const call = kernelCall(step);
    const kernel = this.#kernelOf(call.structure);
    const last = step.outer[0] ?? 1;
    const chunk = this.#chunkOf(step);
    const pool = this.#pool;
    if (pool !== null && chunk < last) return sharedRunner(pool, kernel, call, last, chunk);
    const { slots, offsets, scalarOffset } = call;
    const pointers = new Array<number>(slots.length + 1);
    return (addresses, scalars) => {
      for (let i = 0; i < slots.length; i++) pointers[i] = addresses[slots[i]] + offsets[i];
      pointers[slots.length] = scalars + scalarOffset;
      kernel.call(0, last, ...pointers);
    };
  }

  /** How many iterations of the outermost loop one thread takes at a time. */
  #chunkOf({ outer, inner, instructions }: LoopStep): number {
    const iterations = outer[0] ?? 1;
    const work = [...outer, ...inner].reduce((points, extent) => points * extent, instructions.length);
    if (this.#pool === null || work < smallestShared) return iterations;
    const chunk = Math.ceil(iterations / (this.#pool.size * chunksPerThread));
    return outer.length > 1 || inner.length > 0 ? chunk : Math.ceil(chunk / chunkUnit) * chunkUnit;
  }

  #kernelOf(step: LoopStep): Kernel {
    const key = JSON.stringify(step);
    let kernel = this.#known.get(key);
    if (kernel === undefined) kernel = this.#kernels.add(loopModule(step, this.#options), loopFunctionName);
    else this.#known.delete(key);
    this.#known.set(key, kernel); // most recently used last
    if (this.#known.size > mostKernels) this.#forgetOldest();
    return kernel;
  }

  /** Programs in use keep their kernels; the engine frees the code of the others. */
  #forgetOldest(): void {
    const oldest = this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Runs the outermost loop in chunks, on whichever thread is free. */
function sharedRunner(
  pool: ThreadPool,
  kernel: Kernel,
  { slots, offsets, scalarOffset }: KernelCall,
  last: number,
  chunk: number,
): StepRunner {
  const parts = Math.ceil(last / chunk);
  const argumentCount = slots.length + 3;
  return (addresses, scalars) => {
    pool.run(kernel, parts, argumentCount, (words, at, part) => {
      words[at] = part * chunk;
      words[at + 1] = Math.min(last, (part + 1) * chunk);
      for (let i = 0; i < slots.length; i++) words[at + 2 + i] = addresses[slots[i]] + offsets[i];
      words[at + 2 + slots.length] = scalars + scalarOffset;
    });
  };
}
