import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { availableParallelism } from "node:os";
import type * as Package from "../src/index.ts";
import { chooseThreads, defaultThreads } from "../src/threads/choice.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the number of threads", () => {
  it.each([
    [1, 1],
    [2, 2],
    [8, 8],
    [10, 8],
    [16, 8],
    [24, 12],
    [32, 16],
    [128, 16],
    [0, 1],
  ])("on %i processors is %i", (processors, threads) => {
    expect(defaultThreads(processors)).toBe(threads);
  });

  it("follows the machine where nothing is said, and what is said otherwise", () => {
    expect(chooseThreads(undefined, true)).toBe(defaultThreads(availableParallelism()));
    for (const threads of [1, 2, 3, 64]) expect(chooseThreads(threads, true)).toBe(threads);
    expect(chooseThreads(1, false)).toBe(1);
  });

  it("is asked of the page where there is no Node", () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("navigator", { hardwareConcurrency: 6 });
    expect(chooseThreads(undefined, true)).toBe(6);
    vi.stubGlobal("navigator", undefined);
    expect(chooseThreads(undefined, true)).toBe(1);
  });

  it.each([0, -1, 1.5, 65, NaN])("cannot be %d", (threads) => {
    expect(() => chooseThreads(threads, true)).toThrow(/threads .* must be an integer from 1 to 64/);
  });
});

describe("without shared memory", () => {
  let cpu: typeof Package.cpu;

  beforeEach(async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.spyOn(process, "getBuiltinModule").mockReturnValue({ availableParallelism: () => 4 } as never);
    vi.resetModules(); // what the engine offers is asked once
    ({ cpu } = await import("../src/index.ts"));
  });

  it("one thread does the work, which is said once, with the way out", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (let i = 0; i < 3; i++) expect(cpu().threads).toBe(1);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /one thread does the work.*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy.*4 threads/,
        ),
      ],
    ]);
  });

  it("one thread that was asked for is not spoken of, more are refused", () => {
    expect(cpu({ threads: 1 }).threads).toBe(1);
    expect(() => cpu({ threads: 2 })).toThrow(/2 threads need shared memory.*Cross-Origin-Opener-Policy/);
  });
});
