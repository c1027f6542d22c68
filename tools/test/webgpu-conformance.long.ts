import { describe, expect, it } from "vitest";
import { fixtures, hasFixtures, hasMnist, mnist, runConformance } from "./run-conformance.ts";

/** Convolutional networks take their time on a software adapter. */
const patience = 3_600_000;

describe.skipIf(!hasFixtures || !hasMnist)("all fixtures on WebGPU", () => {
  it.each<[string, readonly string[]]>([
    ["in Node", []],
    ["in a page", ["--browser"]],
  ])(
    "pass: %s",
    async (_, where) => {
      const all = ["--fixtures", fixtures, "--data", mnist, "--backend", "webgpu"];
      const { lines, errors } = await runConformance(...all, ...where);
      expect(errors).toEqual([]);
      expect(lines.filter((line) => line.startsWith("  failed"))).toEqual([]);
      // What the packages lack makes cases of other groups unsupported.
      for (const group of ["ops", "e2e"]) {
        const line = lines.find((each) => each.startsWith(`${group}:`));
        expect(line).toMatch(/^\w+: [1-9]\d* passed, 0 failed, 0 unsupported/);
      }
    },
    patience,
  );
});
