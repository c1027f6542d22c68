import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  type Device,
  type TypedArray,
  Variable,
  evaluateUpdate,
  reference,
  run,
  setBackend,
  zeros,
} from "@minima/tensor";
import { randomProgram } from "../src/testkit/random-program/random-program.ts";
import type { Certainty } from "../src/testkit/random-program/value.ts";

const perTest = 50;

// Kernels hold memory that the engine does not weigh: tens of thousands would pile up before it thinks of collecting.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

interface Output {
  readonly values: TypedArray;
  readonly certainty: Certainty;
}

interface Evaluated {
  readonly outputs: readonly Output[];
  readonly isLarge: boolean;
}

async function evaluate(device: Device, seed: number, length: number): Promise<Evaluated> {
  setBackend(device);
  const { outputs, isLarge } = randomProgram(seed, length);
  await run(...outputs.map(({ tensor }) => tensor)); // one program for all of them
  const read = outputs.map(async ({ tensor, certainty }) => ({ values: await tensor.data(), certainty }));
  return { outputs: await Promise.all(read), isLarge };
}

/** Lets go of the tensors that a program made and nobody read: two updates end what waits for them. */
async function forget(device: Device): Promise<void> {
  setBackend(device);
  const variable = new Variable(zeros([1]), { requiresGrad: true });
  for (let update = 0; update < 2; update++) {
    variable.assign(zeros([1]));
    await evaluateUpdate();
  }
}

/** The first element in which two results differ by more than they may, or null. Zeros of either sign are equal. */
function mismatch(got: Output, want: Output, isIeee: boolean): string | null {
  const [a, b] = [got.values, want.values];
  if (a.constructor !== b.constructor) return `${a.constructor.name}, expected ${b.constructor.name}`;
  if (a.length !== b.length) return `length ${a.length}, expected ${b.length}`;
  const isKnown = want.certainty === "exact" || (isIeee && want.certainty === "rounded");
  let largest = 1;
  for (const value of b) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const allowed = isKnown ? 0 : 2e-5 * largest;
  for (let i = 0; i < b.length; i++) {
    const same = Object.is(a[i], b[i]) || Math.abs(a[i] - b[i]) <= allowed;
    if (!same) return `element ${i} of ${want.certainty} values is ${a[i]}, expected ${b[i]}`;
  }
  return null;
}

/** Whether the bytes of all outputs are equal. */
function sameBits(a: readonly Output[], b: readonly Output[]): boolean {
  return a.every(({ values }, i) => {
    const [one, other] = [values, b[i].values].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    return one.length === other.length && one.every((byte, k) => byte === other[k]);
  });
}

/** What programs run on. */
export interface Subject {
  readonly device: Device;
  /** Another device, which has to give the same bits; asked where threads have work to share, and now and then. */
  readonly twin?: Device;
  /** Whether the device computes +, -, ·, / and √ as IEEE 754 says; default true. */
  readonly isIeee?: boolean;
  /** Ends it. */
  close?(): void;
}

export interface RandomPrograms {
  readonly first?: number;
  readonly count: number;
  /** Operations of a program. */
  readonly length: number;
}

/** Runs a program on the subject and on the reference evaluator; null if the results agree. */
async function problemOf(subject: Subject, seed: number, length: number): Promise<string | null> {
  const { device, twin, isIeee = true } = subject;
  const { outputs: want, isLarge } = await evaluate(reference(), seed, length);
  const { outputs: got } = await evaluate(device, seed, length);
  const found = got.map((output, i) => mismatch(output, want[i], isIeee)).find((text) => text !== null) ?? null;
  if (found !== null || twin === undefined || !(isLarge || seed % 8 === 0)) return found;
  const { outputs: others } = await evaluate(twin, seed, length);
  return sameBits(got, others) ? null : "the bits of the twin differ";
}

/** Checks that a device computes random programs as the reference evaluator does. Each test opens a subject of its own. */
export function testRandomPrograms(name: string, open: () => Subject, options: RandomPrograms): void {
  const { first = 0, count, length } = options;
  describe(`${count} random programs of ${length} operations on ${name} against the reference evaluator`, () => {
    const starts = Array.from({ length: Math.ceil(count / perTest) }, (_, i) => first + i * perTest);
    it.each(starts)("seeds from %i", async (start) => {
      const subject = open();
      const failures: string[] = [];
      for (let seed = start; seed < Math.min(start + perTest, first + count); seed++) {
        const problem = await problemOf(subject, seed, length).catch((error: unknown) =>
          String(error instanceof Error ? error.stack : error),
        );
        if (problem !== null) failures.push(`seed ${seed}: ${problem}\n${randomProgram(seed, length).description}`);
      }
      await forget(subject.device);
      subject.close?.();
      collectGarbage();
      expect(failures.join("\n\n")).toBe("");
    });
  });
}
