import { describe, expect, it } from "vitest";
import { cpu } from "../src/index.ts";
import { joinsVectors } from "../src/vector-bits.ts";

describe("the width of vectors", () => {
  it.each([
    [[], false],
    [["--experimental-wasm-revectorize"], true],
    [["--max-old-space-size=100", "--experimental_wasm_revectorize"], true],
    [["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"], false],
    [["--noexperimental_wasm_revectorize", "-experimental-wasm-revectorize"], true],
    [["--trace-wasm-revectorize"], false],
  ])("follows the arguments of Node: %j", (execArgv, joins) => {
    expect(joinsVectors(execArgv, "13.6.233.17-node.63")).toBe(joins);
  });

  it.each(["11.3.244.8-node.37", "12.4.254.21-node.59", undefined])("is not joined by V8 %s", (v8) => {
    expect(joinsVectors(["--experimental-wasm-revectorize"], v8)).toBe(false);
  });

  it("can be chosen, and is told", () => {
    expect([128, 256].map((vectorBits) => cpu({ threads: 1, vectorBits: vectorBits as 128 | 256 }).vectorBits)).toEqual(
      [128, 256],
    );
  });
});
