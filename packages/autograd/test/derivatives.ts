import type { Tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { checkGradients } from "../src/index.ts";

/** A function whose derivatives are compared with central differences. */
export interface DerivativeCase {
  readonly name: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly shapes: readonly (readonly number[])[];
  /** Maps a number in (-1, 1) to the operation's domain. */
  readonly domain?: (u: number, input: number) => number;
}

export function testDerivatives(cases: readonly DerivativeCase[]): void {
  describe("gradients against central differences in float64, first and second derivatives", () => {
    it.each(cases)("$name", ({ f, shapes, domain = (u) => u }) => {
      const inputs = shapes.map((shape, input) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = Array.from({ length: size }, (_, i) => domain(Math.sin(2.7 * i + 1.1 + 3.3 * input) * 0.9, input));
        return { shape, data };
      });
      const result = checkGradients(f, inputs, { second: true });
      expect(result.worst, JSON.stringify(result)).toBeLessThan(1e-6);
    });
  });
}
