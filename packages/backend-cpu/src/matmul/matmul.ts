import type { MatmulStep } from "@minima/tensor";
import { gemmFunctions, gemmModule, gemmWorkspaceBytes, panelAlignment, roundUp } from "../gemm/index.ts";
import type { KernelOptions } from "../kernel-options.ts";
import type { KernelResources } from "../kernel-resources.ts";
import type { CpuMemory } from "../memory/memory.ts";
import type { StepRunner } from "../program.ts";
import type { Kernels } from "../threads/kernels.ts";
import type { ThreadPool } from "../threads/pool.ts";
import type { GemmKernels } from "./gemm-kernels.ts";
import { type Job, batchRelative, runJob } from "./job.ts";
import { productCount, productRuns } from "./products.ts";
import { sharedProduct } from "./shared-product.ts";

/** Multiplications below which a step stays on one thread: some 4 µs. */
const smallestShared = 100_000;
/** Runs of products for each thread: one that is held up leaves its rest to the others. */
const runsPerThread = 4;

/** Matrix products on the packed GEMM; strided and transposed operands are packed from where they lie. */
export class MatmulKernel {
  readonly #memory: CpuMemory;
  readonly #kernels: Kernels;
  readonly #pool: ThreadPool | null;
  readonly #options: KernelOptions;
  #gemm: GemmKernels | null = null;

  constructor({ memory, kernels, pool, options }: KernelResources) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#pool = pool;
    this.#options = options;
  }

  compile(step: MatmulStep): StepRunner {
    const gemm = (this.#gemm ??= this.#load());
    const products = productCount(step);
    const pool = step.m * step.n * step.k * products < smallestShared ? null : this.#pool;
    const ownBytes = roundUp(gemmWorkspaceBytes(step.n, step.k), panelAlignment);
    if (pool === null) return this.#runner(step, [batchJob(step, gemm, products, 0)], ownBytes, null);
    if (products < pool.size) {
      const { jobs, workspaceBytes } = sharedProduct(step, gemm, pool.size);
      return this.#runner(step, jobs, workspaceBytes, pool);
    }
    const longest = Math.ceil(products / (pool.size * runsPerThread));
    return this.#runner(step, [batchJob(step, gemm, longest, ownBytes)], pool.size * ownBytes, pool);
  }

  #runner({ a, b, c }: MatmulStep, jobs: readonly Job[], workspaceBytes: number, pool: ThreadPool | null): StepRunner {
    return (addresses) => {
      this.#memory.lend(workspaceBytes + panelAlignment, (address) => {
        const workspace = roundUp(address, panelAlignment);
        const known = { a: addresses[a.slot], b: addresses[b.slot], c: addresses[c.slot], workspace };
        for (const job of jobs) runJob(job, known, pool);
      });
    };
  }

  #load(): GemmKernels {
    const names = [gemmFunctions.batch, gemmFunctions.pack, gemmFunctions.block];
    const [batch, pack, block] = this.#kernels.addAll(gemmModule(this.#options), names);
    return { batch, pack, block };
  }
}

/** Runs of whole products; the threads' workspaces are `workspaceStride` bytes apart. */
function batchJob(step: MatmulStep, { batch }: GemmKernels, longest: number, workspaceStride: number): Job {
  const { m, n, k, a, b, c } = step;
  const rows = productRuns(step, longest).map((run) => {
    const operands = [run.a, 4 * a.rowStride, 4 * a.columnStride, run.b, 4 * b.rowStride, 4 * b.columnStride];
    const batchArguments = [run.count, run.aStep, run.bStep, run.cStep];
    return [m, n, k, ...operands, run.c, 4 * c.rowStride, 0, 0, ...batchArguments, workspaceStride];
  });
  return { kernel: batch, rows, relative: batchRelative };
}
