import * as T from "@minima/tensor";
import { type Device, type Tensor, type TypedArray, reference, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { sharedBackend } from "./device.ts";

const backend = sharedBackend();

/** Draws on a device from a generator of its own, past a carry in the low word of the counter. */
async function draw(device: Device, make: (generator: T.Generator) => Tensor): Promise<TypedArray> {
  setBackend(device);
  const generator = new T.Generator(11);
  await generator.bits([5]).data();
  return make(generator).data();
}

const exact: Record<string, (generator: T.Generator) => Tensor> = {
  bits: (generator) => generator.bits([1000]),
  uniform: (generator) => T.random.uniform([33, 5], { generator }),
  bernoulli: (generator) => T.random.bernoulli([500], { p: 0.3, generator }),
  randint: (generator) => T.random.randint([300], { low: -5, high: 1000, generator }),
  permutation: (generator) => T.random.permutation(700, { generator }),
};

describe("random numbers on WebGPU", () => {
  it.each(Object.entries(exact))("%s are the same bit for bit", async (_, make) => {
    expect(await draw(backend(), make)).toEqual(await draw(reference(), make));
  });

  it("normals agree within 8 units in the last place", async () => {
    const make = (generator: T.Generator): Tensor => T.random.normal([2001], { generator });
    const wanted = await draw(reference(), make);
    const got = await draw(backend(), make);
    // Near a zero of the cosine the angle, a float32 itself, decides; there the size of the radius counts.
    wanted.forEach((x, i) => expect(Math.abs(got[i] - x)).toBeLessThan(8 * 2 ** -23 * Math.max(Math.abs(x), 0.25)));
  });
});
