import type { Bindings, Program } from "@minima/tensor";
import type { CpuBuffer } from "./memory/memory.ts";

/** Runs one step: finds its operands' addresses by slot. */
export type StepRunner = (addresses: readonly number[], scalars: number) => void;

/** Steps turned into calls. */
export interface CpuProgram extends Program {
  readonly runners: readonly StepRunner[];
}

/** Runs all steps of a program in order. */
export function runProgram(program: Program, bindings: Bindings, scalars: number): void {
  const addresses = bindings.buffers.map((buffer) => (buffer as CpuBuffer).address);
  for (const run of (program as CpuProgram).runners) run(addresses, scalars);
}
