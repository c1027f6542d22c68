import { type Device, type Tensor, type TypedArray, reference, run, setBackend } from "@minima/tensor";
import { expect } from "vitest";

/** A case of a table: what is to be computed as the reference evaluator does. */
export type Case = readonly [name: string, build: () => Tensor | Tensor[]];

/** How far a float may be from the reference: absolute, and in units of the wanted value. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

const rounding: Tolerance = { absolute: 1e-6, relative: 2e-6 };

/** Makes tensors on a device and computes all of them in one program. */
async function evaluate(device: Device, build: () => Tensor | readonly Tensor[]): Promise<Tensor[]> {
  setBackend(device);
  const built = build();
  const tensors = Array.isArray(built) ? [...(built as readonly Tensor[])] : [built as Tensor];
  await run(...tensors);
  return tensors;
}

/** Checks that a backend computes tensors as the reference evaluator does; integers and booleans exactly. */
export async function expectAsReference(
  backend: Device,
  build: () => Tensor | readonly Tensor[],
  tolerance: Tolerance = rounding,
): Promise<void> {
  const wanted = await evaluate(reference(), build);
  const got = await evaluate(backend, build);
  expect(got.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    wanted.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  for (const [i, tensor] of got.entries()) {
    const problem = firstDifference(await tensor.data(), await wanted[i].data(), tolerance);
    if (problem !== null) expect.fail(`output ${i} of shape [${tensor.shape.join()}]: ${problem}`);
  }
}

/** The first element that is not within the tolerance, or null. Infinities and NaN must be the same. */
function firstDifference(got: TypedArray, wanted: TypedArray, { absolute, relative }: Tolerance): string | null {
  const exact = !(wanted instanceof Float32Array);
  for (let i = 0; i < wanted.length; i++) {
    const allowed = exact ? 0 : absolute + relative * Math.abs(wanted[i]);
    const same = got[i] === wanted[i] || (Number.isNaN(got[i]) && Number.isNaN(wanted[i]));
    if (!same && !(Number.isFinite(wanted[i]) && Math.abs(got[i] - wanted[i]) <= allowed)) {
      return `element ${i} is ${got[i]}, expected ${wanted[i]}`;
    }
  }
  return null;
}
