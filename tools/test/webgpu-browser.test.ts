import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { reference, setBackend } from "@minima/tensor";
import { encodeSafetensors } from "@minima/tensor/safetensors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium } from "../src/testkit/chromium.ts";
import { type ServedPage, servePage } from "../src/testkit/served-page.ts";
import { type Smoke, smoke } from "./browser/webgpu-smoke.ts";
import { fixtures, hasFixtures, hasMnist, mnist, runConformance } from "./run-conformance.ts";

const patience = 240_000;
/** A platform without a browser is no reason to pass in CI. */
const canSkip = !hasChromium && process.env.CI === undefined;

describe.skipIf(canSkip)("WebGPU in a browser", () => {
  let page: ServedPage;
  beforeAll(async () => {
    page = await servePage(path.join(import.meta.dirname, "browser/webgpu.ts"));
  }, patience);
  afterAll(() => page?.close());

  it.each(["page", "worker"])(
    "trains and computes as the reference evaluator: in a %s",
    async (place) => {
      const got = await page.call<Smoke>(`smoke.${place}`);
      setBackend(reference());
      const want = await smoke();
      const all = (of: Smoke): Record<string, readonly number[]> => ({ losses: of.losses, ...of.operations });
      expect(Object.keys(all(got))).toEqual(Object.keys(all(want)));
      for (const [name, values] of Object.entries(all(want))) {
        expect(all(got)[name].length).toBe(values.length);
        values.forEach((value, i) => expect(all(got)[name][i], `${name} ${i}`).toBeCloseTo(value, 4));
      }
      expect(page.said).toEqual([]);
    },
    patience,
  );
});

describe.skipIf(canSkip)("conformance in a browser", () => {
  it(
    "tells what is wrong there",
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "conformance-"));
      const float = (...data: number[]) => ({ dtype: "float32" as const, shape: [2], data: Float32Array.from(data) });
      const named = { name: "off", op: "neg", inputs: ["in0"], outputs: ["out"], tolerance: { rtol: 0, atol: 0 } };
      const cases = [named, { ...named, name: "unheard-of", op: "warp" }, { ...named, name: "strict", tolerance: {} }];
      const tensors = cases.flatMap(({ name }) => [
        [`${name}/in0`, float(1, 2)] as const,
        [`${name}/out`, float(-1, -3)] as const,
      ]);
      writeFileSync(path.join(folder, "ops.json"), JSON.stringify({ cases }));
      writeFileSync(path.join(folder, "ops.safetensors"), encodeSafetensors(new Map(tensors)));
      const args = ["--fixtures", folder, "--backend", "webgpu", "--browser"];
      const told = await runConformance(...args, "--filter", "off|unheard");
      const refused = await runConformance(...args, "--filter", "strict");
      rmSync(folder, { recursive: true });
      expect(told.lines.slice(1)).toEqual([
        "  failed off: out: 1 of 2 elements differ, worst at [1]: got -2, want -3, error 1.00, allowed 0.00",
        "  unsupported unheard-of: the runner does not know the operation warp",
        "0 passed, 1 failed, 1 unsupported",
      ]);
      expect(told.code).toBe(1);
      expect(refused).toMatchObject({
        code: 2,
        errors: [expect.stringMatching(/case strict: tolerance\.rtol must be/)],
      });
    },
    patience,
  );

  it.skipIf(!hasFixtures || !hasMnist)(
    "has every fifth case of operations and training right",
    async () => {
      const choice = ["--groups", "ops,e2e", "--every", "5", "--data", mnist];
      const { code, lines, errors } = await runConformance(
        "--fixtures",
        fixtures,
        "--backend",
        "webgpu",
        "--browser",
        ...choice,
      );
      expect(errors).toEqual([]);
      expect(lines.filter((line) => line.startsWith("  "))).toEqual([]);
      expect(lines.map((line) => /^\w+:/.exec(line)?.[0])).toEqual(["ops:", "e2e:", undefined]);
      expect(code).toBe(0);
    },
    patience,
  );
});
