import type { AttentionStep, ConvStep, LoopStep, MatmulStep, Step } from "@minima/tensor";
import type { CpuMemory } from "../memory/memory.ts";
import type { StepRunner } from "../program.ts";
import type { Kernels } from "../threads/kernels.ts";
import type { ThreadPool } from "../threads/pool.ts";
import { AnchorContext } from "./anchor-context.ts";
import { compileArgReduce } from "./arg-reduce.ts";
import { compileArgsort } from "./argsort.ts";
import { compileAveragePool } from "./average-pool.ts";
import { compileGather } from "./gather.ts";
import { compileMaxima, compileMaxPool, compilePoolIndex } from "./pool-index.ts";
import { compileScan } from "./scan.ts";
import { compileScatterAdd } from "./scatter-add.ts";

export type AnchorStep = Exclude<Step, LoopStep | MatmulStep | ConvStep | AttentionStep>;

/** Steps with algorithms of their own, other than products of matrices and convolutions. */
export class AnchorKernels {
  readonly #context: AnchorContext;

  constructor(memory: CpuMemory, kernels: Kernels, pool: ThreadPool | null, options: { readonly shared: boolean }) {
    this.#context = new AnchorContext(memory, kernels, pool, options);
  }

  compile(step: AnchorStep): StepRunner {
    if (step.output.shape.includes(0)) return () => undefined;
    const context = this.#context;
    switch (step.kind) {
      case "poolIndex":
        return compilePoolIndex(step, context);
      case "maxPool":
        return compileMaxima(step, context);
      case "avgPool":
        return compileAveragePool(step, context);
      case "argReduce":
        return compileArgReduce(step, context);
      case "gather":
        return compileGather(step, context);
      case "scatterAdd":
        return compileScatterAdd(step, context);
      case "scan":
        return compileScan(step, context);
      case "argsort":
        return compileArgsort(step, context);
    }
  }

  /**
   * Compiles two adjacent steps as one, where that is faster, or gives null. Nothing else may run between them: the output
   * of the second may take the place of what dies there.
   */
  compilePair(step: Step, next: Step): StepRunner | null {
    if (step.kind !== "poolIndex" || step.output.shape.includes(0)) return null;
    return compileMaxPool(step, next, this.#context);
  }
}
