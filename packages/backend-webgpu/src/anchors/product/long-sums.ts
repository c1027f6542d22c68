import type { KernelWriter } from "../../kernel/kernel-writer.ts";

interface Terms {
  /** Expressions of the first term, and of the one behind the last. */
  readonly first: string;
  readonly end: string;
  /** How many there are at most. */
  readonly most: number;
  /** How many `add` takes in at a time: a divisor of the part. */
  readonly step: number;
}

/** Sums of more terms than `longest` are made of sums of `part` terms, which round less, but take registers of their own. */
export interface Parts {
  readonly longest: number;
  readonly part: number;
}

/**
 * Sums of products in variables of these names, which start at zero, and the loop over the terms.
 *
 * @param zero - What the sums begin with.
 * @param add - Adds the terms from `start` on.
 */
export function writeLongSums(
  writer: KernelWriter,
  names: readonly string[],
  zero: string,
  { first, end, most, step }: Terms,
  { longest, part }: Parts,
  add: () => void,
): void {
  for (const name of names) writer.line(`var ${name} = ${zero};`);
  if (most <= longest) {
    writer.block(`for (var start = ${first}; start < ${end}; start += ${step})`, add);
    return;
  }
  for (const name of names) writer.line(`var total_${name} = ${zero};`);
  writer.block(`for (var part = ${first}; part < ${end}; part += ${part})`, () => {
    writer.line(`let part_end = min(part + ${part}, ${end});`);
    writer.block(`for (var start = part; start < part_end; start += ${step})`, add);
    for (const name of names) writer.line(`total_${name} += ${name};`);
    for (const name of names) writer.line(`${name} = ${zero};`);
  });
  for (const name of names) writer.line(`${name} = total_${name};`);
}
