import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { sharedBackend } from "./device.ts";

const backend = sharedBackend();
beforeAll(() => T.setBackend(backend()));

const smallestNormal = 2 ** -126;

function ulpAt(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}

/** The error in units in the last place; devices may take subnormal numbers for zero. */
function errorInUlp(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded) || actual === rounded || (Number.isNaN(actual) && Number.isNaN(exact))) return 0;
  if (Math.abs(rounded) < smallestNormal) return Math.abs(actual) <= smallestNormal ? 0 : Infinity;
  if (!Number.isFinite(actual) || !Number.isFinite(rounded)) return Infinity;
  return Math.abs(actual - exact) / ulpAt(exact);
}

function spread(from: number, to: number, count = 4096): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** Normal numbers of all magnitudes and both signs, then special values. */
function magnitudes(): Float32Array {
  const bits = Uint32Array.from({ length: 4096 }, (_, i) => i * (2 ** 32 / 4096) + 0x345);
  const normal = new Float32Array(bits.buffer).filter((x) => Number.isFinite(x) && Math.abs(x) >= smallestNormal);
  return Float32Array.of(...normal, 0, -0, 1, -1, Infinity, -Infinity, NaN);
}

interface Function1 {
  readonly f: (x: Tensor) => Tensor;
  readonly exact: (x: number) => number;
  readonly inputs: readonly Float32Array[];
  readonly ulp: number;
}

const functions: Record<string, Function1> = {
  exp: { f: T.exp, exact: Math.exp, inputs: [spread(-87, 89), spread(-1, 1), magnitudes()], ulp: 2 },
  log: { f: T.log, exact: Math.log, inputs: [spread(0.5, 2), spread(2, 1e5), magnitudes()], ulp: 2 },
  sin: { f: T.sin, exact: Math.sin, inputs: [spread(-10, 10), spread(4000, 9000), magnitudes()], ulp: 2.5 },
  cos: { f: T.cos, exact: Math.cos, inputs: [spread(-10, 10), spread(4000, 9000), magnitudes()], ulp: 2.5 },
  tanh: { f: T.tanh, exact: Math.tanh, inputs: [spread(-10, 10), spread(-1, 1), magnitudes()], ulp: 3 },
  atan: { f: T.atan, exact: Math.atan, inputs: [spread(-10, 10), spread(-1, 1), magnitudes()], ulp: 3 },
  sqrt: { f: T.sqrt, exact: Math.sqrt, inputs: [spread(0, 10), magnitudes()], ulp: 2.5 },
};

describe("functions in WGSL", () => {
  it.each(Object.entries(functions))(
    "%s is right within a few units in the last place",
    async (_, { f, exact, inputs, ulp }) => {
      for (const input of inputs) {
        const got = await f(T.tensor(input.slice())).data();
        const worst = { error: 0, at: NaN };
        input.forEach((x, i) => {
          const error = errorInUlp(got[i], exact(x));
          if (!(error <= worst.error)) Object.assign(worst, { error, at: x });
        });
        expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(ulp);
      }
    },
  );

  it("erf meets known values and its symmetry", async () => {
    const x = [0.1, 0.5, 0.84, 0.86, 1, 2, 3, 5, -0.5, Infinity];
    const known = [
      0.112462916018284892, 0.520499877813046538, 0.765142711454994, 0.776100268303, 0.842700792949714869,
      0.995322265018952734, 0.999977909503001415, 1, -0.520499877813046538, 1,
    ]; // prettier-ignore
    const got = await T.erf(T.tensor(x)).data();
    x.forEach((_, i) => expect(Math.abs(got[i] - known[i])).toBeLessThan(1.5e-7));
  });

  it("powers are right, with the special cases of C", async () => {
    const bases = [0.3, 1.7, 2, 10, 0.99, -2, -0.5, 0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-20, 3e20];
    const exponents = [2, 3, 0.5, -1, -2.5, 7, 0, 10.25, -3, Infinity, -Infinity, NaN];
    const got = await T.pow(T.tensor(bases).reshape([-1, 1]), T.tensor(exponents)).data();
    bases.forEach((base, i) => {
      exponents.forEach((exponent, j) => {
        const [x, y] = [Math.fround(base), Math.fround(exponent)];
        const exact = x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
        expect(errorInUlp(got[i * exponents.length + j], exact), `${x} ** ${y}`).toBeLessThan(4);
      });
    });
  });

  it("remainders are exact for large quotients, with the sign of the divisor", async () => {
    const a = [7, -7, 7, -7, 1e30, -1e30, 3e38, 0.3, 5, 1, Infinity, 2, -3, 0];
    const b = [3, 3, -3, -3, 7, 0.1, 1e-3, 0.1, Infinity, 0, 2, NaN, -Infinity, 5];
    const got = await T.remainder(T.tensor(a), T.tensor(b)).data();
    a.forEach((_, i) => {
      const [x, y] = [Math.fround(a[i]), Math.fround(b[i])];
      const rest = x % y;
      const exact = rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
      expect(errorInUlp(got[i], exact), `${x} mod ${y} is ${got[i]}, expected ${exact}`).toBeLessThan(1);
    });
  });
});
