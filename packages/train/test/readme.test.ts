import { readFile } from "node:fs/promises";
import { arrayDataset } from "@minima/data";
import { Linear, mseLoss } from "@minima/layers";
import { SGD } from "@minima/optim";
import { reference, setBackend } from "@minima/tensor";
import { describe, expect, it, vi } from "vitest";
import { Trainer } from "../src/index.ts";
import { blobTrainer, blobs, loaderOf } from "./blobs.ts";
import { log } from "./readme/callback.ts";
import { absoluteError } from "./readme/metric.ts";

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

describe("README", () => {
  it.each(["fit", "callback", "metric"])("shows the %s that runs here", async (name) => {
    expect(await read("../README.md")).toContain(`\`\`\`ts\n${await read(`readme/${name}.ts`)}\`\`\``);
  });

  it("has an example that learns", async () => {
    const lines = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("./readme/fit.ts");
    const [[stopped, epoch, validationAccuracy], [accuracy, fours]] = lines.mock.calls;
    lines.mockRestore();
    expect(stopped).toMatch(/^(finished|early)$/);
    expect(epoch).toBeGreaterThan(1);
    expect(validationAccuracy).toBeGreaterThan(0.8);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(fours).toBeTypeOf("number");
  });

  it("has a callback that logs and stops", async () => {
    setBackend(reference());
    const lines = vi.spyOn(console, "log").mockImplementation(() => {});
    const data = loaderOf(blobs(30, { spread: 0.1 }));
    const history = await blobTrainer({ lr: 5, callbacks: [log] }).fit(data, { epochs: 500 });
    expect(lines).toHaveBeenCalledWith(1, expect.any(Number), null);
    lines.mockRestore();
    expect(history.stopped).toBe("early");
    expect(history.epochs.at(-1)?.trainLoss).toBeLessThan(0.01);
  });

  it("has a metric for regression", async () => {
    setBackend(reference());
    const model = new Linear(1, 1);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const trainer = new Trainer({ model, optimizer, loss: mseLoss, metrics: { error: absoluteError } });
    const inputs = { data: Float32Array.of(-1, 0, 1, 2), shape: [4, 1] };
    const targets = { data: Float32Array.of(-1, 1, 3, 5), shape: [4, 1] }; // 2x + 1
    const data = loaderOf(arrayDataset({ inputs, targets }), 3);
    const { epochs } = await trainer.fit(data, { epochs: 200, validation: data });
    expect(epochs[199].validationError).toBeLessThan(1e-3);
    expect(epochs[0].trainError).toBeGreaterThan(0.1);
  });
});
