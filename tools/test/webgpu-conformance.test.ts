import { describe, expect, it } from "vitest";
import { fixtures, hasFixtures, hasMnist, mnist, moreFixtures, runConformance } from "./run-conformance.ts";

const patience = 240_000;

describe.skipIf(!hasFixtures || !hasMnist).each(["gpu", "cpu"])(
  "the fixtures on WebGPU in Node, by kernels for a %s",
  (processor) => {
    const device = ["--backend", "webgpu", "--processor", processor];
    const all = ["--fixtures", fixtures, ...device];
    it(
      "pass: operations, and training of fully connected networks",
      async () => {
        const choice = ["--groups", "ops,e2e", "--filter", "^(?!lenet)", "--data", mnist];
        const { code, lines, errors } = await runConformance(...all, ...choice);
        expect(errors).toEqual([]);
        expect(lines.filter((line) => line.startsWith("  "))).toEqual([]);
        expect(code).toBe(0);
      },
      patience,
    );

    it(
      "pass: more operations",
      async () => {
        const { code, lines } = await runConformance("--fixtures", moreFixtures, "--groups", "ops", ...device);
        expect(lines.filter((line) => line.startsWith("  "))).toEqual([]);
        expect(code).toBe(0);
      },
      patience,
    );

    it(
      "pass where the packages have what they ask for: layers, losses, optimizers",
      async () => {
        const choice = ["--groups", "layers,losses,init,optim"];
        const { lines, errors } = await runConformance(...all, ...choice);
        expect(errors).toEqual([]);
        expect(lines.filter((line) => line.startsWith("  failed"))).toEqual([]);
        expect(lines.at(-1)).toMatch(/^[1-9]\d* passed, 0 failed/);
      },
      patience,
    );
  },
);
