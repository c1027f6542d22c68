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
    const json = join(folder, "report.json");
    const options = parseOptions([...line.split(" "), "--data-dir", data, "--json", json]);
    if ("print" in options) throw new Error(options.print);
    await runDemo(options, new Recorder(), new AbortController().signal);
    const report = JSON.parse(await readFile(json, "utf8")) as JsonReport;
    expect(report.testAccuracy).toBeGreaterThanOrEqual(least);
    expect(report.testAccuracy).toBeLessThanOrEqual(most);
  });
});
