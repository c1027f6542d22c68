import type { ConvFunctionName } from "./conv-module.ts";

/** A part of a convolution that can be run with any buffers. */
export interface Prepared {
  /** How many elements of the output it computes. */
  readonly elements: number;
  /** Independent pieces of work, and the kernel that computes ranges of them. */
  readonly pieces: number;
  readonly kernel: ConvFunctionName;
  readonly multiplications: number;
  /** Bytes that all threads share, and that each needs for itself. */
  readonly sharedBytes: number;
  readonly threadBytes: number;
  /** Describes the problem at the start of the shared workspace, and does what comes before the pieces. */
  begin(memory: WebAssembly.Memory, buffers: ConvBuffers): void;
  /** Does what comes after them. */
  end?(buffers: ConvBuffers): void;
}

/** Addresses of the operands in the step's order, and of the shared workspace. */
interface ConvBuffers {
  readonly a: number;
  readonly b: number;
  readonly output: number;
  readonly workspace: number;
}

/** Calls a function of the convolutions. */
export type CallFunction = (name: ConvFunctionName, ...values: readonly number[]) => void;
