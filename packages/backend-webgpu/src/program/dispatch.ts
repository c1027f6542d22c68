import type { Step } from "@minima/tensor";
import type { Kernel } from "../kernel/kernel.ts";
import type { BindGroups } from "./bind-groups.ts";
import type { Pipeline } from "./pipelines.ts";

/** One dispatch of a program. */
export interface Dispatch {
  /** The step it is part of. */
  readonly step: Step;
  readonly kernel: Kernel;
  readonly pipeline: Pipeline;
  readonly groups: BindGroups;
  /** Position of its first piece of scratch memory among the program's. */
  readonly firstScratch: number;
}
