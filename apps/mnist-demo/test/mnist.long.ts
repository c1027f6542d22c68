import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "../src/demo.ts";
import type { JsonReport } from "../src/json-report.ts";
import { parseOptions } from "../src/options.ts";
import { Recorder } from "./recorder.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const shared = process.env["MINIMA_SHARED"] ?? join(root, "..", "shared");
const data = join(shared, "data", "mnist");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function train(line: string): Promise<JsonReport> {
  const json = join(folder, "report.json");
  const options = parseOptions([...line.split(" "), "--data-dir", data, "--json", json]);
  if ("print" in options) throw new Error(options.print);
  await runDemo(options, new Recorder(), new AbortController().signal);
  return JSON.parse(await readFile(json, "utf8")) as JsonReport;
}

describe.skipIf(!existsSync(data))("on MNIST (set MINIMA_SHARED to the folder that holds data/mnist)", () => {
  it.each([
    ["--model mlp --epochs 3 --seed 1", 0.975, 1],
    ["--model mlp --epochs 3 --seed 2", 0.975, 1],
    ["--model softmax --epochs 5 --seed 1", 0.918, 0.93],
    ["--model softmax --epochs 5 --seed 2", 0.918, 0.93],
    ["--model cnn --epochs 1 --seed 1", 0.975, 1],
    ["--model cnn --epochs 1 --seed 2", 0.975, 1],
    ["--model cnn --epochs 1 --seed 3", 0.975, 1],
  ])("%s reaches %s to %s", async (line, least, most) => {
    const { testAccuracy } = await train(line);
    expect(testAccuracy).toBeGreaterThanOrEqual(least);
    expect(testAccuracy).toBeLessThanOrEqual(most);
  });

  it("goes on WebGPU as on the CPU", async () => {
    const line = "--model mlp --hidden 64 --epochs 1";
    const [want, got] = [await train(line), await train(`${line} --backend webgpu`)];
    expect(got.testAccuracy).toBeGreaterThan(0.93);
    expect(got.testAccuracy).toBeCloseTo(want.testAccuracy, 2);
    const [[wanted], [epoch]] = [want.epochs, got.epochs];
    expect(Math.abs(epoch.trainLoss - wanted.trainLoss)).toBeLessThan(1e-3);
    expect(Math.abs((epoch.validationLoss ?? NaN) - (wanted.validationLoss ?? NaN))).toBeLessThan(1e-3);
  });
});
