import { readFileSync } from "node:fs";
import { cpu } from "@minima/backend-cpu";
import { setBackend, tensor } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { erf } from "../src/testkit/accuracy/exact.ts";
import { type JudgedFunction, composites, kernels } from "../src/testkit/accuracy/functions.ts";
import { everywhere, sweep } from "../src/testkit/accuracy/sweep.ts";

beforeAll(() => setBackend(cpu({ threads: 1 })));

const functions = [...kernels, ...composites];

describe("functions of one number", () => {
  it.each(functions)("$name keeps its bound over all magnitudes", async (f) => {
    const worst = await sweep(f, everywhere(16_381));
    expect(worst.error, `${worst.actual} of ${worst.x}, not ${worst.exact}`).toBeLessThanOrEqual(f.bound);
  });

  const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2 ** -126, 2 ** -149, -(2 ** -149), 2 ** 127, -(2 ** 127)];
  it.each(functions)("$name of special numbers is NaN, infinite or 0 where it has to be", async ({ op, exact }) => {
    const got = await op(tensor(specials)).data();
    specials.forEach((x, i) => {
      const wanted = Math.fround(exact(x));
      if (Number.isNaN(wanted) || !Number.isFinite(wanted)) expect(got[i], `of ${x}`).toBe(wanted);
      if (wanted === 0 && x !== 0) expect(Math.abs(got[i]), `of ${x}`).toBe(0);
    });
  });

  const odd = functions.filter(({ exact }) => Object.is(exact(-0), -0) && exact(-1) === -exact(1));
  it.each(odd)("$name keeps the sign of 0 and of subnormal numbers", async ({ op }) => {
    const got = await op(tensor([0, -0, 2 ** -149, -(2 ** -149)])).data();
    expect(Array.from(got, (y) => Object.is(y, Math.abs(y)))).toEqual([true, false, true, false]);
  });
});

describe("docs/accuracy.md", () => {
  const text = readFileSync(new URL("../../docs/accuracy.md", import.meta.url), "utf8");
  const rowOf = ({ name, bound }: JudgedFunction): RegExp => new RegExp(`^\\| \`${name}\` +\\| +${bound}\\D`, "m");

  it.each(functions)("has the bound of $name", (f) => {
    expect(text).toMatch(rowOf(f));
  });
});

describe("the error function that the others are judged by", () => {
  const one = 1n << 200n;
  /** 2/√π. */
  const factor = (11283791670955125738961589031215451716881012586579977136881714434n * one) / 10n ** 64n;

  /** Its Taylor series in integers: 2/√π · Σ (-1)^n x^(2n+1) / (n! (2n+1)). */
  function series(x: number): number {
    const scaled = (BigInt(x * 2 ** 40) * one) >> 40n; // x has few bits
    const square = (scaled * scaled) / one;
    let [term, sum] = [scaled, scaled];
    for (let n = 1n; term !== 0n; n++) {
      term = (-term * square) / one / n;
      sum += term / (2n * n + 1n);
    }
    return Number(((sum * factor) / one) >> 120n) / 2 ** 80;
  }

  it("is good to 1e-15", () => {
    for (let x = 2 ** -10; x < 6; x *= 1.0625) {
      const short = Math.fround(x);
      expect(Math.abs(erf(short) / series(short) - 1), `erf(${short})`).toBeLessThan(1e-15);
    }
  });
});
