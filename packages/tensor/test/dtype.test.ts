import { type DType, DTypeError, cast, full, tensor, zeros } from "@minima/tensor";
import { describe, expect, it } from "vitest";

describe("a dtype that there is not", () => {
  const half = "half" as DType; // as from JavaScript
  it.each([
    ["tensor", () => tensor([1], { dtype: half })],
    ["full", () => full([2], 1, { dtype: half })],
    ["zeros", () => zeros([2], { dtype: half })],
    ["cast", () => cast(tensor([1]), half)],
    ["cast", () => cast(tensor([1]), "toString" as DType)],
  ])("is refused by %s, with those that there are", (operation, make) => {
    expect(make).toThrow(DTypeError);
    expect(make).toThrow(new RegExp(`^${operation}: there is no dtype \\w+; there are float32, float16, int32`));
  });
});
