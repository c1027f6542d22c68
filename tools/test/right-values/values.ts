import { cpu } from "@minima/backend-cpu";
import { type Device, type Tensor, reference, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { sharedWebGpu } from "../shared-webgpu.ts";

/** What is computed, and what it gives: elements, and with a shape that of the result. */
export type ValueCase = readonly [
  name: string,
  compute: () => Tensor | Promise<Tensor>,
  expected: readonly number[],
  shape?: readonly number[],
];

/** Runs cases on every backend; results are equal to the bit. */
export function testValues(name: string, cases: readonly ValueCase[]): void {
  const webgpu = sharedWebGpu();
  const devices: readonly [string, () => Device][] = [
    ["reference", () => reference()],
    ["cpu", () => cpu({ threads: 1 })],
    ["webgpu", webgpu],
  ];
  describe.each(devices)(`${name} on %s`, (_, device) => {
    for (const [title, compute, expected, shape] of cases) {
      it(title, async () => {
        setBackend(device());
        const result = await compute();
        expect(Array.from(await result.data())).toEqual(expected);
        if (shape !== undefined) expect(result.shape).toEqual(shape);
      });
    }
  });
}

/** Calls that are refused, and what the message says. */
export function testRefused(name: string, cases: readonly (readonly [string, () => unknown, RegExp])[]): void {
  it.each(cases)(`${name}: %s`, async (_, call, message) => {
    await expect((async () => await call())()).rejects.toThrow(message);
  });
}
