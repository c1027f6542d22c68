import { conversions } from "./conversions.ts";
import { exponentials } from "./exponential.ts";
import { float16 } from "./float16.ts";
import { integers } from "./integer.ts";
import { orderedBits } from "./ordered-bits.ts";
import { powers } from "./power.ts";
import { randomness } from "./threefry.ts";
import { remainders } from "./remainder.ts";
import { special } from "./special.ts";
import { trigonometry } from "./trigonometry.ts";

/** A function for kernels: its WGSL, and the functions it calls. */
export interface WgslFunction<Name extends string = string> {
  readonly source: string;
  readonly needs: readonly Name[];
}

const functions = {
  ...special,
  ...orderedBits,
  ...conversions,
  ...float16,
  ...integers,
  ...exponentials,
  ...trigonometry,
  ...powers,
  ...remainders,
  ...randomness,
} as const;

export type LibraryFunction = keyof typeof functions;

/**
 * What WGSL lacks, and what its own functions do not do well enough: the standard allows sin an error of 2^-11, and
 * lets min and max lose NaN. Written in plain operations, which are right to the last bit on every device (a device may
 * still contract a product and a sum, or take subnormal numbers for zero).
 */
export const library: Readonly<Record<LibraryFunction, WgslFunction<LibraryFunction>>> = functions;
