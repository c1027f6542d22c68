import { describe, expect, it } from "vitest";
import { compareNumbers, compareTensors, isClose } from "../src/conformance/compare.ts";
import { Config, camelCase } from "../src/conformance/config.ts";
import { Unsupported } from "../src/conformance/outcome.ts";
import { parseCall } from "../src/conformance/python-call.ts";
import { checkOrthogonal, checkStatistics } from "../src/conformance/statistics.ts";

const tolerance = { rtol: 0.25, atol: 0.5 };

describe("isClose", () => {
  it.each<[number, number, boolean]>([
    [1, 1, true],
    // atol + rtol * |want| = 0.5 + 0.25 * 4 = 1.5
    [5.5, 4, true],
    [5.500001, 4, false],
    [-5.5, -4, true],
    [2.5, 4, true],
    [2.4999, 4, false],
    [0.5, 0, true],
    [0.50001, 0, false],
    [0, -0, true],
    [Infinity, Infinity, true],
    [-Infinity, -Infinity, true],
    [Infinity, -Infinity, false],
    [3e38, Infinity, false],
    [Infinity, 3e38, false],
    [NaN, NaN, true],
    [NaN, 0, false],
    [0, NaN, false],
    [NaN, Infinity, false],
    [Infinity, NaN, false],
  ])("got %d, want %d: %s", (got, want, close) => {
    expect(isClose(got, want, tolerance)).toBe(close);
  });

  it("asks for equality where the tolerance is 0", () => {
    expect(isClose(2, 2, { rtol: 0, atol: 0 })).toBe(true);
    expect(isClose(2 + Number.EPSILON * 2, 2, { rtol: 0, atol: 0 })).toBe(false);
  });
});

describe("compareNumbers", () => {
  it("says nothing where all is well", () => {
    expect(compareNumbers("out", [1, NaN], [1, NaN], tolerance)).toBeUndefined();
    expect(compareNumbers("out", [], [], tolerance)).toBeUndefined();
  });

  it("names the element that exceeds its own tolerance most, not the largest difference", () => {
    // 90 is off by 10 of 25.5 allowed, 2 by 2 of 0.5: only the last two are wrong.
    const mismatch = compareNumbers("out", [90, 1, 2, 0, 1, -4], [100, 1, 0, 0, 1, 0], tolerance, [2, 3]);
    expect(mismatch).toEqual({
      role: "out",
      problem: "2 of 6 elements differ, worst at [1, 2]: got -4, want 0, error 4.00, allowed 0.500",
    });
  });

  it("takes a misplaced nan for the worst", () => {
    const problem = compareNumbers("out", [1000, NaN, 5000], [0, 0, 0], tolerance)?.problem;
    expect(problem).toContain("worst at [1]: got NaN, want 0");
    expect(compareNumbers("out", [-Infinity], [Infinity], tolerance)?.problem).toContain("got -Infinity");
  });

  it("compares no list with a list of another length", () => {
    expect(compareNumbers("lr", [1], [1, 2], tolerance)?.problem).toBe("there are 1 elements, expected 2");
  });
});

describe("compareTensors", () => {
  const float = (shape: number[], ...data: number[]) => ({
    dtype: "float32" as const,
    shape,
    data: Float32Array.from(data),
  });
  const int = (...data: number[]) => ({ dtype: "int32" as const, shape: [data.length], data: Int32Array.from(data) });
  const bool = (...data: number[]) => ({ dtype: "bool" as const, shape: [data.length], data: Uint8Array.from(data) });

  it.each([
    ["float within the tolerance", float([1], 1.5), float([1], 1), undefined],
    ["a scalar off", float([], 3), float([], 1), /1 of 1 elements differ, worst at \[\]/],
    [
      "another shape of the same size",
      float([2, 1], 1, 2),
      float([1, 2], 1, 2),
      /shape is \[2, 1\], expected \[1, 2\]/,
    ],
    ["another rank", float([1], 1), float([], 1), /shape is \[1\], expected \[\]/],
    ["integers off by one in a wide tolerance", int(4), int(5), /got 4, want 5, error 1.00, allowed 0/],
    ["equal integers", int(4, -1), int(4, -1), undefined],
    ["uint32 for int32", { ...int(4), dtype: "uint32" as const }, int(4), undefined],
    ["equal booleans", bool(1, 0), bool(1, 0), undefined],
    ["other booleans", bool(1, 1), bool(1, 0), /worst at \[1\]/],
    ["floats where booleans belong", float([1], 1), bool(1), /dtype is float32, expected bool/],
    ["integers where floats belong", int(1), float([1], 1), /dtype is int32, expected float32/],
  ])("%s", (_, got, want, problem) => {
    const mismatch = compareTensors("out", got, want, tolerance);
    if (problem === undefined) expect(mismatch).toBeUndefined();
    else expect(mismatch?.problem).toMatch(problem);
  });
});

describe("Config", () => {
  it("refuses keys that nobody has read", () => {
    const config = new Config({ alpha: 1, beta: null, note: "words" }, ["note"]);
    expect(config.number("alpha")).toBe(1);
    expect(() => config.assertAllRead()).toThrow(new Unsupported("the runner does not know config beta=null here"));
    expect(config.has("beta")).toBe(false);
    expect(() => config.assertAllRead()).not.toThrow();
  });

  it("refuses values of another kind", () => {
    const config = new Config({ dim: [0, 1], k: 2.5, order: "stop,start" });
    expect(() => config.axis("dim")).toThrow(/must name one axis/);
    expect(() => config.integer("k")).toThrow(/config\.k must be an integer, is 2\.5/);
    expect(() => config.means("order", /^start,stop/)).toThrow(/config\.order is "stop,start"/);
    expect(() => config.string("missing")).toThrow(Unsupported);
  });

  it("makes options of what is there", () => {
    const config = new Config({ negative_slope: 0.1, p: "inf", value: null });
    expect(config.options(["negative_slope", "p", "value", "mode"])).toEqual({ negativeSlope: 0.1, p: Infinity });
    expect(camelCase("binary_cross_entropy_with_logits")).toBe("binaryCrossEntropyWithLogits");
    expect(camelCase("smooth_l1_loss")).toBe("smoothL1Loss");
  });
});

describe("parseCall", () => {
  it("reads what Python prints", () => {
    expect(parseCall("Conv2d(8, 32, kernel_size=(3, 3), bias=False, mode='same', axis=None)")).toEqual({
      name: "Conv2d",
      args: [8, 32],
      named: { kernel_size: [3, 3], bias: false, mode: "same", axis: null },
    });
    expect(parseCall("Flatten()")).toEqual({ name: "Flatten", args: [], named: {} });
  });

  it.each(["Linear", "Linear(in=)", "Linear(x)", ""])("does not guess at %j", (source) => {
    expect(() => parseCall(source)).toThrow(Unsupported);
  });
});

describe("checks of initialisers", () => {
  const tolerances = { std_rel: 0.1, mean_in_std: 0.1 };
  it.each<[string, number[], Record<string, number>, string[]]>([
    ["all is well", [-1, 1, -1, 1, -1, 1, -1, 1, -1, 1], { mean: 0, std: 1, bound: 1 }, []],
    ["a bound is broken", [-1.5, 1.5], { bound: 1 }, ["min", "max"]],
    ["the mean is off", [0, 2, 0, 2, 0, 2, 0, 2, 0, 2], { mean: 0, std: 1 }, ["mean"]],
    ["the deviation is off", [-2, 2, -2, 2], { mean: 0, std: 1, min: -2, max: 2 }, ["std"]],
    ["a value is nan", [NaN, 1, -1], { mean: 0, std: 1, bound: 1 }, ["min", "max", "mean", "std"]],
  ])("%s", (_, values, expected, roles) => {
    expect(checkStatistics(values, expected, tolerances).map(({ role }) => role)).toEqual(roles);
  });

  const property = "flattened to (rows, rest): W W^T = gain^2 I if rows <= cols, else W^T W = gain^2 I";
  it.each<[string, number[], number, number]>([
    ["a rotation by 90 degrees, twice as long", [0, -2, 2, 0], 2, 0],
    ["wide", [2, 0, 0, 0, 2, 0], 2, 0],
    ["tall", [2, 0, 0, 2, 0, 0], 3, 0],
    ["rows that are not orthogonal", [2, 0, 2, 0], 2, 1],
    ["rows of another length", [1, 0, 0, 1], 2, 1],
    ["a nan", [NaN, 0, 0, 2], 2, 1],
  ])("orthogonality: %s", (_, values, rows, count) => {
    expect(checkOrthogonal(values, rows, { property, gain: 2 })).toHaveLength(count);
  });

  it("knows no other property", () => {
    expect(() => checkOrthogonal([1], 1, { property: "symmetric" })).toThrow(Unsupported);
  });
});
