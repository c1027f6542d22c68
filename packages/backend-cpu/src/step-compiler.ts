import { MinimaError, type LoopStep, type Step } from "@minima/tensor";
import type { KernelResources } from "./kernel-resources.ts";
import type { KernelSet, ReadyKernels, StepCompilers } from "./kernel-sets/kernel-set.ts";
import type { StepRunner } from "./program.ts";

/** Compiles steps with the kernels of some sets. */
export class StepCompiler {
  readonly #compilers: StepCompilers;
  readonly #pairs: NonNullable<ReadyKernels["compilePair"]>[];

  constructor(sets: readonly KernelSet[], resources: KernelResources) {
    const ready = sets.map((set) => set.create(resources));
    this.#compilers = Object.assign({}, ...ready.map(({ compilers }) => compilers)) as StepCompilers;
    this.#pairs = ready.flatMap(({ compilePair }) => compilePair ?? []);
  }

  /** Steps that run in order; some pairs of them become one call. */
  compileAll(steps: readonly Step[]): StepRunner[] {
    const runners: StepRunner[] = [];
    for (let i = 0; i < steps.length; i++) {
      const pair = i + 1 < steps.length ? this.#compilePair(steps[i], steps[i + 1]) : null;
      runners.push(pair ?? this.compile(steps[i]));
      if (pair !== null) i++;
    }
    return runners;
  }

  compile(step: Step): StepRunner {
    // The compiler of a kind takes the steps of that kind, which types of tables do not say.
    const compile = this.#compilers[step.kind] as ((step: Step) => StepRunner) | undefined;
    if (compile === undefined) throw new MinimaError(missing(step.kind));
    const run = compile(step);
    return "epilogue" in step && step.epilogue !== undefined ? this.#withEpilogue(run, step.epilogue) : run;
  }

  /** An epilogue runs behind its anchor. */
  #withEpilogue(run: StepRunner, epilogue: LoopStep): StepRunner {
    const finish = this.compile(epilogue);
    return (addresses, scalars) => {
      run(addresses, scalars);
      finish(addresses, scalars);
    };
  }

  #compilePair(step: Step, next: Step): StepRunner | null {
    for (const compilePair of this.#pairs) {
      const runner = compilePair(step, next);
      if (runner !== null) return runner;
    }
    return null;
  }
}

/** Planners make attention of other steps for this backend; everything else is in a set. */
function missing(kind: Step["kind"]): string {
  const set = sets[kind] ?? "convolutions";
  return `cpu: this backend has no kernels for ${kind}; give cpu the set that has them: cpu({ kernels: [${set}] })`;
}

const sets: { readonly [Kind in Step["kind"]]?: string } = {
  gather: "indexing",
  scatterAdd: "indexing",
  scan: "sorting",
  argsort: "sorting",
};
