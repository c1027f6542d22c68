import { DataError, DownloadError } from "@minima/data";
import { type MnistOptions, mnist } from "@minima/data/node";
import { describe, expect, it } from "vitest";
import { loadData } from "../src/dataset.ts";
import { DownloadDisplay } from "../src/download-display.ts";
import { Recorder } from "./recorder.ts";

const { signal } = new AbortController();

function failing(error: Error) {
  const asked: MnistOptions[] = [];
  const sources = {
    mnist: (options: MnistOptions) => {
      asked.push(options);
      return Promise.reject(error);
    },
  };
  return { asked, sources };
}

const attempt = (reason: "offline" | "refused" | "corrupt") =>
  new DownloadError("train-images-idx3-ubyte.gz", [{ url: "https://example.org/", reason, message: "no" }]);

describe("loadData", () => {
  it.each([
    ["offline", /^Fashion-MNIST is not in the cache \(.*\) and no mirror could be reached \(offline\?\)\.$/],
    ["refused", /^Fashion-MNIST is not in the cache \(.*\) and no mirror delivered it\.$/],
  ] as const)("draws digits when a download fails (%s), and says so", async (reason, line) => {
    const recorder = new Recorder();
    const { asked, sources } = failing(attempt(reason));
    const options = { dataset: "fashion-mnist", dataDir: undefined } as const;
    const data = await loadData(options, new DownloadDisplay(recorder), signal, sources);
    expect(asked[0].variant).toBe("fashion-mnist");
    expect(asked[0].timeout).toBeLessThanOrEqual(5000);
    expect(data.name).toBe("digits");
    expect([data.train.length, data.test.length]).toEqual([20_000, 5_000]);
    expect(data.train.inputs).toEqual({ shape: [1, 28, 28], dtype: "float32" });
    expect(recorder.lines[0]).toMatch(line);
    expect(recorder.lines[1]).toMatch(/Training on digits that Minima draws itself instead/);
  });

  it("draws digits that are standardised, and the test digits are others", async () => {
    const data = await loadData({ dataset: "digits", dataDir: undefined }, new DownloadDisplay(new Recorder()), signal);
    const rows = Uint32Array.from({ length: 5000 }, (_, i) => i);
    const train = new Float32Array(5000 * 784);
    const test = new Float32Array(5000 * 784);
    data.train.fill(rows, train, new Int32Array(5000));
    data.test.fill(rows, test, new Int32Array(5000));
    const mean = train.reduce((sum, x) => sum + x, 0) / train.length;
    const variance = train.reduce((sum, x) => sum + x * x, 0) / train.length - mean ** 2;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(test.subarray(0, 784)).not.toEqual(train.subarray(0, 784));
  });

  it.each([
    ["corrupt downloads", attempt("corrupt")],
    ["bad files", new DataError("wrong magic", { file: "x", offset: 0 })],
  ])("does not go on with %s", async (_name, error) => {
    const { sources } = failing(error);
    const options = { dataset: "mnist", dataDir: undefined } as const;
    await expect(loadData(options, new DownloadDisplay(new Recorder()), signal, sources)).rejects.toBe(error);
  });

  it("names the folder without the files", async () => {
    const options = { dataset: "mnist", dataDir: "no-such-folder" } as const;
    await expect(loadData(options, new DownloadDisplay(new Recorder()), signal, { mnist })).rejects.toThrow(
      /no-such-folder: there is no such folder/,
    );
  });
});

describe("DownloadDisplay", () => {
  it("writes a line for each file where there is no terminal", () => {
    const recorder = new Recorder();
    const display = new DownloadDisplay(recorder);
    const url = "https://example.org/mnist/a.gz";
    for (const bytes of [1e6, 2e6]) display.show({ file: "a.gz", url, bytes, total: 2e6 });
    display.show({ file: "b.gz", url, bytes: 1, total: undefined });
    expect(recorder.lines).toEqual(["Downloading a.gz from example.org (2.0 MB)", "Downloading b.gz from example.org"]);
  });
});
