import type { Step } from "@minima/tensor";
import type { KernelResources } from "../kernel-resources.ts";
import type { StepRunner } from "../program.ts";

/** How steps become calls, by their kind. */
export type StepCompilers = { readonly [Kind in Step["kind"]]?: (step: StepOf<Kind>) => StepRunner };

type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** The kernels of a set, ready to be compiled. */
export interface ReadyKernels {
  readonly compilers: StepCompilers;
  /**
   * Compiles two adjacent steps as one, where that is faster, or gives null. Nothing else may run between them: the output
   * of the second may take the place of what dies there.
   */
  readonly compilePair?: (step: Step, next: Step) => StepRunner | null;
}

/** Kernels for some kinds of steps. A backend is put together of sets, so that a page carries those alone that it runs. */
export interface KernelSet {
  /** The name under which it is exported. */
  readonly name: string;
  /** @internal */
  create(resources: KernelResources): ReadyKernels;
}
