import { describe, expect, it } from "vitest";
import { integerPower } from "../src/integer-power.ts";

describe("integerPower", () => {
  it.each([
    [0.9, 0, 1],
    [0, 0, 1],
    [0, 3, 0],
    [2, 62, 2 ** 62],
    [-3, 5, -243],
    [0.5, 1074, 2 ** -1074],
    [0.999, 2 ** 40, 0],
  ])("%d to the %d is %d", (base, exponent, power) => expect(integerPower(base, exponent)).toBe(power));

  it("is as exact as an optimizer needs it", () => {
    for (const base of [0.9, 0.95, 0.999, 0.9999]) {
      for (let exponent = 1; exponent < 3000; exponent += 7) {
        const want = base ** exponent;
        expect(Math.abs(integerPower(base, exponent) - want)).toBeLessThanOrEqual(exponent * 2 ** -52 * want);
      }
    }
  });
});
