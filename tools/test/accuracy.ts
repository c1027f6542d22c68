import { cpu } from "@minima/backend-cpu";
import { setBackend } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { JudgedFunction } from "../src/testkit/accuracy/functions.ts";
import { type Worst, between, everywhere, sweep } from "../src/testkit/accuracy/sweep.ts";

const told = ({ error, x, actual, exact }: Worst): string => `${error} ulp: ${actual} of ${x}, not ${exact}`;

/** Checks the bounds of functions on one number in `step` where they bend, and on one in a thousand everywhere. */
export function testDensely(functions: readonly JudgedFunction[], step: number): void {
  beforeAll(() => setBackend(cpu({ threads: 1 })));
  describe.each(functions)("$name", (f) => {
    it("keeps its bound over all magnitudes", async () => {
      const worst = await sweep(f, everywhere(1009));
      expect(worst.error, told(worst)).toBeLessThanOrEqual(f.bound);
    });

    it.runIf(f.dense.length > 0)("keeps its bound where it bends", async () => {
      for (const [from, to] of f.dense) {
        const worst = await sweep(f, between(from, to, step));
        expect(worst.error, told(worst)).toBeLessThanOrEqual(f.bound);
      }
    });
  });
}
