import type { DeviceLimits } from "../device-limits.ts";
import type { Tuning } from "./tuning.ts";

/** Memory that a kernel is bound to: a slot of the program, or memory of the step's own between its kernels. */
export type Memory = { readonly slot: number } | { readonly scratch: number };

/** Binding i of group 0. */
export interface KernelOperand {
  readonly memory: Memory;
  readonly access: "read" | "write";
}

/** One dispatch: WGSL with the entry point `main`, what it is bound to, and how many workgroups run. */
export interface Kernel {
  /** What it computes, for people. */
  readonly label: string;
  readonly source: string;
  readonly operands: readonly KernelOperand[];
  /** Whether it reads the program's scalars, binding 0 of group 1. */
  readonly usesScalars: boolean;
  readonly workgroups: readonly [number, number];
}

/** A step as dispatches, and the sizes in bytes of the memory they share beyond the program's slots. */
export interface CompiledStep {
  readonly kernels: readonly Kernel[];
  readonly scratch: readonly number[];
}

/** What the code of kernels depends on. */
export interface KernelLimits extends Pick<
  DeviceLimits,
  | "maxComputeInvocationsPerWorkgroup"
  | "maxComputeWorkgroupSizeX"
  | "maxComputeWorkgroupsPerDimension"
  | "maxStorageBufferBindingSize"
  | "maxStorageBuffersPerShaderStage"
> {
  readonly tuning: Tuning;
  /** Whether operations over subgroups are there to be used, and the numbers of subgroups. */
  readonly subgroups: boolean;
}
