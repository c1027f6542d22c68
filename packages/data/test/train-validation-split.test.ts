import { isMinimaError } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import type { SplitOptions } from "../src/index.ts";
import { arrayDataset, trainValidationSplit } from "../src/index.ts";

function rows(length: number) {
  const data = Int32Array.from({ length }, (_, i) => i);
  return arrayDataset({ inputs: { data }, targets: { data } });
}

describe("trainValidationSplit", () => {
  it.each<{ length: number; options: SplitOptions; held: number }>([
    { length: 100, options: { validation: 0.2 }, held: 20 },
    { length: 10, options: { validation: 0.25 }, held: 3 },
    { length: 60000, options: { validation: 5000, seed: 9 }, held: 5000 },
    { length: 2, options: { validation: 1 }, held: 1 },
    { length: 7, options: { validation: 3, shuffle: false }, held: 3 },
  ])("$length rows, $options: $held rows held out, none in both, none lost", ({ length, options, held }) => {
    const { train, validation } = trainValidationSplit(rows(length), options);
    expect(validation.length).toBe(held);
    expect(train.length).toBe(length - held);
    const both = new Set([...train.rows, ...validation.rows]);
    expect(both.size).toBe(length);
    expect([...train.rows]).toEqual([...train.rows.toSorted()]);
    if (options.shuffle === false) expect(train.rows[train.length - 1]).toBe(length - held - 1);
  });

  it("is the same for the same seed and another for another seed", () => {
    const held = (seed: number) => trainValidationSplit(rows(1000), { validation: 100, seed }).validation.rows.join();
    expect(held(1)).toBe(held(1));
    expect(held(1)).not.toBe(held(2));
  });

  it.each<{ length: number; validation: number; message: RegExp }>([
    { length: 10, validation: 0, message: /between 0 and 1 or a whole number.*got 0/ },
    { length: 10, validation: -0.1, message: /got -0.1/ },
    { length: 10, validation: 1.5, message: /got 1.5/ },
    { length: 10, validation: NaN, message: /got NaN/ },
    { length: 10, validation: 10, message: /10 of 10 rows leaves no row for training/ },
    { length: 10, validation: 11, message: /no row for training/ },
    { length: 10, validation: 0.01, message: /0.01 of 10 rows leaves no row for validation/ },
    { length: 1, validation: 0.5, message: /1 row leaves no row for training/ },
    { length: 0, validation: 0.5, message: /0 rows leaves no row/ },
  ])("refuses $validation of $length rows", ({ length, validation, message }) => {
    let error: unknown;
    try {
      trainValidationSplit(rows(length), { validation });
    } catch (caught) {
      error = caught;
    }
    expect(isMinimaError(error)).toBe(true);
    expect(String(error)).toMatch(message);
  });
});
