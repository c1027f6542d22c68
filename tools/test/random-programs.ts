import { describe, expect, it } from "vitest";
import { type Device, type TypedArray, Variable, reference, run, setBackend, zeros } from "@minima/tensor";
import { collectGarbage } from "../src/testkit/collect-garbage.ts";
import { type RandomProgram, randomProgram } from "../src/testkit/random-program/random-program.ts";
import type { Certainty } from "../src/testkit/random-program/value.ts";

/** Programs that are under way at a time: what compiles in the background compiles many kernels at once. */
const together = 10;
/** A test of a software driver takes ten seconds where nothing else runs, and minutes on a machine that is busy. */
const timeout = 600_000;

interface Output {
  readonly values: TypedArray;
  readonly certainty: Certainty;
}

interface Evaluated {
  readonly outputs: readonly Output[];
  readonly isLarge: boolean;
}

async function evaluate(device: Device, build: () => RandomProgram): Promise<Evaluated> {
  setBackend(device);
  const { outputs, isLarge } = build();
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
    await run();
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
  /** Another device, which has to give the same bits. */
  readonly twin?: Device;
  /** Whether it is asked each time, or where threads have work to share, and now and then. */
  readonly isTwinAsked?: "always" | "sometimes";
  /** Whether the device computes +, -, ·, / and √ as IEEE 754 says, also of subnormal numbers; default true. */
  readonly isIeee?: boolean;
  /** Ends it. */
  close?(): void;
}

export interface RandomPrograms {
  readonly first?: number;
  readonly count: number;
  /** Operations of a program. */
  readonly length: number;
  /** Programs of a test; default 50. */
  readonly perTest?: number;
}

/** A program that runs on the subject. */
interface Started {
  readonly seed: number;
  readonly build: () => RandomProgram;
  readonly running: Promise<Evaluated>;
}

function start({ device, isIeee = true }: Subject, seed: number, length: number): Started {
  const build = () => randomProgram(seed, length, { withSubnormals: isIeee });
  const running = evaluate(device, build);
  running.catch(() => undefined); // is told when its turn has come
  return { seed, build, running };
}

/** Compares a program with what the reference evaluator makes of it; null if the results agree. */
async function compare(
  { twin, isTwinAsked, isIeee = true }: Subject,
  { seed, build, running }: Started,
): Promise<string | null> {
  const { outputs: want, isLarge } = await evaluate(reference(), build);
  const { outputs: got } = await running;
  const found = got.map((output, i) => mismatch(output, want[i], isIeee)).find((text) => text !== null) ?? null;
  const isAsked = isTwinAsked === "always" || isLarge || seed % 8 === 0;
  if (found !== null || twin === undefined || !isAsked) return found;
  const { outputs: others } = await evaluate(twin, build);
  return sameBits(got, others) ? null : "the bits of the twin differ";
}

/** Runs the programs of some seeds, all at a time; says where the results are not those of the reference evaluator. */
async function problemsOf(subject: Subject, seeds: readonly number[], length: number): Promise<string[]> {
  const problems: string[] = [];
  for (const started of seeds.map((seed) => start(subject, seed, length))) {
    const problem = await compare(subject, started).catch((error: unknown) =>
      String(error instanceof Error ? error.stack : error),
    );
    if (problem !== null) problems.push(`seed ${started.seed}: ${problem}\n${started.build().description}`);
  }
  return problems;
}

/** Checks that a device computes random programs as the reference evaluator does. Each test opens a subject of its own. */
export function testRandomPrograms(name: string, open: () => Subject, options: RandomPrograms): void {
  const { first = 0, count, length, perTest = 50 } = options;
  describe(`${count} random programs of ${length} operations on ${name} against the reference evaluator`, () => {
    const starts = Array.from({ length: Math.ceil(count / perTest) }, (_, i) => first + i * perTest);
    it.each(starts)("seeds from %i", { timeout }, async (start) => {
      const subject = open();
      const problems: string[] = [];
      const end = Math.min(start + perTest, first + count);
      for (let seed = start; seed < end; seed += together) {
        const seeds = Array.from({ length: Math.min(together, end - seed) }, (_, i) => seed + i);
        problems.push(...(await problemsOf(subject, seeds, length)));
      }
      await forget(subject.device);
      subject.close?.();
      // Kernels hold memory that the engine does not weigh: tens of thousands would pile up before it collects.
      await collectGarbage();
      expect(problems.join("\n\n")).toBe("");
    });
  });
}
