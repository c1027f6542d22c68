import { describe, expect, it } from "vitest";
import { type Device, type TypedArray, reference, run, setBackend } from "@minima/tensor";
import { randomProgram } from "../src/testkit/random-program.ts";

const perTest = 50;

async function evaluate(device: Device, seed: number, length: number): Promise<TypedArray[]> {
  setBackend(device);
  const { outputs } = randomProgram(seed, length);
  await run(...outputs); // one program for all of them
  return Promise.all(outputs.map((output) => output.data()));
}

/** The first element in which two results differ by more than rounding, or null. */
function mismatch(got: TypedArray, want: TypedArray): string | null {
  if (got.length !== want.length) return `length ${got.length}, expected ${want.length}`;
  let largest = 1;
  for (const value of want) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < want.length; i++) {
    const same = Object.is(got[i], want[i]) || Math.abs(got[i] - want[i]) <= 2e-5 * largest;
    if (!same) return `element ${i} is ${got[i]}, expected ${want[i]}`;
  }
  return null;
}

/** Checks that a device computes random programs as the reference evaluator does. */
export function testRandomPrograms(device: Device, options: { first?: number; count: number; length: number }): void {
  const { first = 0, count, length } = options;
  describe(`${count} random programs of ${length} operations on ${device.name} against the reference evaluator`, () => {
    const starts = Array.from({ length: Math.ceil(count / perTest) }, (_, i) => first + i * perTest);
    it.each(starts)("seeds from %i", async (start) => {
      const failures: string[] = [];
      for (let seed = start; seed < Math.min(start + perTest, first + count); seed++) {
        const want = await evaluate(reference(), seed, length);
        let problem: string | null;
        try {
          const got = await evaluate(device, seed, length);
          problem = got.map((values, i) => mismatch(values, want[i])).find((text) => text !== null) ?? null;
        } catch (error) {
          problem = String(error instanceof Error ? error.stack : error);
        }
        if (problem !== null) failures.push(`seed ${seed}: ${problem}\n${randomProgram(seed, length).description}`);
      }
      expect(failures.join("\n\n")).toBe("");
    });
  });
}
