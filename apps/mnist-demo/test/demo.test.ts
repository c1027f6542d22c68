import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasmFeatures } from "@minima/backend-cpu";
import { decodeSafetensors } from "@minima/tensor/safetensors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "../src/demo.ts";
import type { JsonReport } from "../src/json-report.ts";
import { parseOptions } from "../src/options.ts";
import { Recorder } from "./recorder.ts";
import { writeSmallDataset } from "./small-dataset.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-"));
  await writeSmallDataset(join(folder, "data"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the demo on a small data set and gives back what it said and wrote. */
async function run(line: string, controller = new AbortController(), onLine?: (line: string) => void) {
  const save = join(folder, "model.safetensors");
  const json = join(folder, "report.json");
  const fixed = ["--data-dir", join(folder, "data"), "--save", save, "--json", json];
  const options = parseOptions([...fixed, ...line.split(" ")]);
  if ("print" in options) throw new Error(options.print);
  const recorder = new Recorder(onLine);
  await runDemo(options, recorder, controller.signal);
  const report = JSON.parse(await readFile(json, "utf8")) as JsonReport;
  return { lines: recorder.lines, report, model: decodeSafetensors(await readFile(save)) };
}

/** Without what a clock or the system says. */
const timeless = ({ report, model }: Awaited<ReturnType<typeof run>>) => ({
  tensors: [...model.tensors].map(([name, { data }]) => [name, Array.from(data)]),
  report: {
    ...report,
    threads: 0, // nothing depends on it
    epochs: report.epochs.map((epoch) => ({ ...epoch, seconds: 0, samplesPerSecond: 0 })),
    seconds: 0,
    timeToFirstStepMs: 0,
    peakRssBytes: 0,
  },
});

describe("runDemo", () => {
  it("trains, reports and saves; the same seed gives the same bits, another seed others", async () => {
    const first = await run("--model mlp --hidden 32 --dropout 0.1 --epochs 2 --batch-size 50 --seed 3 --threads 1");
    expect(Object.keys(first.report)).toEqual([
      "dataset",
      "model",
      "backend",
      "threads",
      "relaxedSimd",
      "seed",
      "epochs",
      "testAccuracy",
      "seconds",
      "timeToFirstStepMs",
      "peakRssBytes",
    ]);
    expect(first.report).toMatchObject({
      dataset: "mnist",
      model: "mlp",
      backend: "cpu",
      threads: 1,
      seed: 3,
      relaxedSimd: wasmFeatures().relaxedSimd,
    });
    expect(first.report.epochs.map((epoch) => Object.keys(epoch))).toEqual(
      [1, 2].map(() => ["epoch", "trainLoss", "validationLoss", "validationAccuracy", "seconds", "samplesPerSecond"]),
    );
    expect(first.report.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(first.report.testAccuracy).toBeGreaterThan(0.3);
    expect(first.report.testAccuracy).toBeLessThanOrEqual(1);
    expect(first.report.peakRssBytes).toBeGreaterThan(2 ** 25);
    expect(first.report.timeToFirstStepMs).toBeGreaterThan(0);

    const text = first.lines.join("\n");
    expect(first.lines[0]).toMatch(
      /^MNIST, from .*data: 900 images for training, 100 for validation, 200 for the test$/,
    );
    expect(text).toMatch(/^mlp 784-32-10, relu, dropout 0.1, 25450 parameters$/m);
    expect(text).toMatch(/^epoch 2\/2 {2}loss .*\| validation loss .*, accuracy .* samples\/s$/m);
    expect(text).toContain(`Test accuracy ${first.report.testAccuracy.toFixed(4)}`);
    expect(text).toContain("Confusion matrix");
    expect(text).toContain("training loss (line)");

    expect([...first.model.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["1.weight", [32, 784]],
      ["1.bias", [32]],
      ["4.weight", [10, 32]],
      ["4.bias", [10]],
    ]);
    expect(first.model.metadata).toMatchObject({ model: "mlp", hidden: "32", dataset: "mnist", mean: "0.1307" });

    const second = await run("--model mlp --hidden 32 --dropout 0.1 --epochs 2 --batch-size 50 --seed 3 --threads 3");
    expect(second.report.threads).toBe(3);
    expect(timeless(second)).toEqual(timeless(first));
    const other = await run("--model mlp --hidden 32 --dropout 0.1 --epochs 2 --batch-size 50 --seed 4");
    expect(timeless(other).tensors).not.toEqual(timeless(first).tensors);
  });

  it("trains convolutions", async () => {
    const { lines, report, model } = await run("--model cnn --epochs 2 --batch-size 50 --seed 3");
    expect(lines[1]).toMatch(/^cnn of 32 and 64 channels, then 3136-128-10, relu, dropout 0.5, \d+ parameters$/);
    expect(report.model).toBe("cnn");
    expect(report.testAccuracy).toBeGreaterThan(0.5);
    expect([...model.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ...[["0.weight", [32, 1, 5, 5]], ["0.bias", [32]]],
      ...[["3.weight", [64, 32, 3, 3]], ["3.bias", [64]]],
      ...[["7.weight", [128, 3136]], ["7.bias", [128]]],
      ...[["10.weight", [10, 128]], ["10.bias", [10]]],
    ]); // prettier-ignore
    expect(model.metadata).toMatchObject({ model: "cnn", hidden: "128", activation: "relu", dropout: "0.5" });
  });

  it("works without validation data", async () => {
    const { report } = await run("--model softmax --epochs 1 --validation 0");
    expect(report.epochs[0]).toMatchObject({ validationLoss: null, validationAccuracy: null });
  });

  it("stops early", async () => {
    // With steps this large the accuracy jumps about.
    const { report, lines } = await run(
      "--model softmax --epochs 50 --patience 1 --optimizer sgd --lr 30 --decay none",
    );
    expect(report.epochs.length).toBeLessThan(50);
    expect(lines.join("\n")).toMatch(/Stopped early: no improvement any more; the parameters are those of epoch \d+/);
  });

  it("when interrupted reports and saves what it reached", async () => {
    const controller = new AbortController();
    const abort = (line: string): void => (line.startsWith("epoch 3/") ? controller.abort() : undefined);
    const { report, lines, model } = await run("--hidden 16 --epochs 9", controller, abort);
    expect(report.epochs).toHaveLength(3);
    expect(lines).toContain("Stopping after this step; Ctrl-C again quits at once.");
    expect(lines.join("\n")).toMatch(/Interrupted after 24 updates; the parameters are those of epoch \d /);
    expect(report.testAccuracy).toBeGreaterThan(0.1);
    expect(model.tensors.size).toBe(4);
  });

  it("gives the CPU's curve on WebGPU", async () => {
    const line = "--model softmax --epochs 1 --batch-size 60 --backend";
    const [want, got] = [await run(`${line} cpu`), await run(`${line} webgpu`)];
    expect(got.report.backend).toBe("webgpu");
    expect(got.lines[2]).toMatch(/, on webgpu, \S/);
    expect(got.report.epochs).toHaveLength(1);
    got.report.epochs.forEach(({ trainLoss, validationLoss }, epoch) => {
      expect(trainLoss).toBeCloseTo(want.report.epochs[epoch].trainLoss ?? NaN, 3);
      expect(validationLoss).toBeCloseTo(want.report.epochs[epoch].validationLoss ?? NaN, 3);
    });
    expect(got.report.testAccuracy).toBeCloseTo(want.report.testAccuracy, 1);
  });

  it("writes nothing when interrupted before the first update", async () => {
    const controller = new AbortController();
    const abort = (line: string): void => (line.startsWith("mlp ") ? controller.abort() : undefined);
    const json = join(folder, "never.json");
    await expect(run(`--epochs 1 --json ${json}`, controller, abort)).rejects.toMatchObject({ name: "AbortError" });
    await expect(readFile(json)).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ["--threads 65", /threads 65 must be an integer from 1 to 64/],
    ["--backend reference --threads 2", /--threads 2 goes with --backend cpu/],
    ["--validation 0.0001", /no row for validation/],
  ])("refuses %s", async (line, message) => {
    await expect(run(line)).rejects.toThrow(message);
  });
});
