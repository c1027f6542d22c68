import { describe, expect, it } from "vitest";
import { confusionTable } from "../src/confusion-table.ts";
import { describeError, UsageError } from "../src/errors.ts";
import { clock, decimals, duration } from "../src/format.ts";
import { formatLine } from "../src/live-line.ts";
import { lossChart } from "../src/loss-chart.ts";
import { describeEnd, finalReport } from "../src/report.ts";
import { ValueError } from "@minima/tensor";

describe("format", () => {
  it.each([
    [0.04, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.6, "1 min 0 s"],
    [185, "3 min 5 s"],
    [4321, "1 h 12 min"],
  ])("duration(%s)", (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [0.97654, "0.9765"],
    [null, "none"],
    [NaN, "NaN"],
  ])("decimals(%s)", (value, text) => expect(decimals(value)).toBe(text));
});

describe("clock", () => {
  it.each([
    [0.4, "0:00"],
    [7, "0:07"],
    [59.6, "1:00"],
    [725, "12:05"],
    [3723, "1:02:03"],
  ])("clock(%s)", (seconds, text) => expect(clock(seconds)).toBe(text));
});

describe("formatLine", () => {
  const text = "loss 0.5";
  it.each([
    [80, 0.5, "[============------------] loss 0.5"],
    [22, 0.5, "[=====-----] loss 0.5"],
    [17, 0.5, "loss 0.5"],
    [80, null, "loss 0.5"],
    [80, 1, "[========================] loss 0.5"],
  ])("in %s columns at %s", (columns, fraction, line) => expect(formatLine({ fraction, text }, columns)).toBe(line));

  it("leaves room for all figures in 80 columns", () => {
    const long = "epoch 13/50  loss 0.0105, accuracy 0.9965, 14539 samples/s, 1:23 left";
    expect(formatLine({ fraction: 0.5, text: long }, 80)).toBe(`[====---] ${long}`);
  });
});

describe("confusionTable", () => {
  it("aligns counts, with dots for none", () => {
    expect(confusionTable([[980, 0], [12, 7]], ["0", "1"]).split("\n")).toEqual(["       0   1", "  0  980   .", "  1   12   7"]); // prettier-ignore
  });

  it("shows names beside numbers", () => {
    expect(confusionTable([[1, 2], [3, 4]], ["Bag", "Ankle boot"]).split("\n")).toEqual([
      "                0 1",
      "  0 Bag         1 2",
      "  1 Ankle boot  3 4",
    ]); // prettier-ignore
  });
});

describe("lossChart", () => {
  const curve = Array.from({ length: 65 }, (_, i) => ({ update: i + 1, loss: 10 ** (1 - i / 32) }));
  const evaluation = (update: number, validationLoss: number) => ({ epoch: 1, update, validationLoss });

  it("draws the curve with a mark for each evaluation at its place", () => {
    const lines = lossChart(curve, [evaluation(33, 1), evaluation(65, 0.1)])!.split("\n");
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^ +10┤─/);
    expect(lines[10]).toMatch(/^ +0\.10┤/);
    const places = lines.flatMap((line, row) => [...line].flatMap((c, column) => (c === "●" ? [[row, column]] : [])));
    // Half way along and half way down, and the far corner; in the legend too.
    expect(places).toEqual([[5, 40], [10, 71], [11, expect.any(Number)]]); // prettier-ignore
    expect(lines[11]).toContain("updates 1 to 65");
  });

  it("draws a loss that stays as it is", () => {
    const flat = [1, 2, 3].map((update) => ({ update, loss: 2 }));
    expect(lossChart(flat, [])).toMatch(/ 2\.0┤─{63}\n/);
  });

  it.each([
    ["one point", curve.slice(0, 1), []],
    ["a loss that is not finite", [...curve, { update: 66, loss: NaN }], []],
    ["a validation loss that is not finite", curve, [evaluation(4, Infinity)]],
  ])("draws nothing for %s", (_name, points, evaluations) => expect(lossChart(points, evaluations)).toBeNull());
});

describe("texts at the end", () => {
  const epochs = [1, 2].map((epoch) => ({ epoch, trainLoss: 1, validationLoss: 1, seconds: 1, samplesPerSecond: 1 }));
  const best = { epoch: 1, update: 5, monitor: "validationAccuracy", value: 0.9 };

  it.each([
    [{ stopped: "finished", updates: 9, epochs, best: null }, null],
    [{ stopped: "finished", updates: 9, epochs, best: { ...best, epoch: 2 } }, null],
    [
      { stopped: "finished", updates: 9, epochs, best },
      "Epoch 1 was the best; the parameters are those of epoch 1 (validation accuracy 0.9000).",
    ],
    [
      { stopped: "early", updates: 9, epochs, best },
      "Stopped early: no improvement any more; the parameters are those of epoch 1 (validation accuracy 0.9000).",
    ],
    [
      { stopped: "interrupted", updates: 7, epochs, best: null },
      "Interrupted after 7 updates; the parameters are the last ones.",
    ],
  ] as const)("describeEnd %#", (history, text) => expect(describeEnd(history)).toBe(text));

  it("says when training diverged", () => {
    const test = { loss: NaN, samples: 2, accuracy: 0.5, confusion: [[1, 0], [1, 0]] }; // prettier-ignore
    const report = finalReport(test, ["0", "1"], { lossCurve: [{ update: 1, loss: NaN }], evaluations: [] });
    expect(report).toContain("Test accuracy 0.5000, loss NaN (2 images)");
    expect(report).toContain("a lower --lr should help");
  });
});

describe("describeError", () => {
  it.each([
    [new UsageError("bad option"), 2, /^bad option$/],
    [new ValueError("two\n  lines"), 2, /^two lines$/],
    [new RangeError("Array buffer allocation failed"), 2, /^not enough memory .*allocation failed\)$/],
    [new TypeError("x is not a function"), 1, /^this should not happen: TypeError: x is not a function\n/],
    ["thrown text", 1, /thrown text/],
  ])("%s", (error, code, text) => {
    expect(describeError(error)).toEqual({ code, text: expect.stringMatching(text) });
  });
});
