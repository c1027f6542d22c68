import type { DType } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { highMemory, type Operand } from "./anchor-runner.ts";
import { checkAnchor, operandOf, runAnchor, type AnchorNode } from "./anchor-step.ts";
import { seeded } from "./seeded.ts";

const random = seeded(11);
const integer = (below: number) => Math.floor(random() * below);

/** Values of a dtype: any, few different ones, or special ones. */
const values: Readonly<Record<Exclude<DType, "float16">, readonly (() => number)[]>> = {
  float32: [
    () => 2 * random() - 1,
    () => integer(4),
    () => [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-45, 3e38][integer(9)],
    () => NaN,
  ],
  int32: [() => integer(2 ** 32) | 0, () => integer(5) - 2, () => [-(2 ** 31), 2 ** 31 - 1, 0, -1][integer(4)]],
  uint32: [() => integer(2 ** 32), () => integer(3), () => [0, 2 ** 32 - 1, 2 ** 31][integer(3)]],
  uint8: [() => integer(256), () => integer(2)],
  bool: [() => integer(2)],
};
const dtypes = Object.keys(values) as (keyof typeof values)[];

/** Shapes and an axis: lines along the last axis, across few and many columns, short and long. */
const lines: readonly { readonly shape: readonly number[]; readonly axis: number }[] = [
  { shape: [1], axis: 0 },
  { shape: [3, 5], axis: 1 },
  { shape: [2, 8], axis: 1 },
  { shape: [7, 131], axis: 1 },
  { shape: [3, 1], axis: 1 },
  { shape: [2, 1000], axis: 1 },
  { shape: [5, 3], axis: 0 },
  { shape: [9, 4], axis: 0 },
  { shape: [2, 41, 39], axis: 1 },
  { shape: [2, 3, 5, 2], axis: 1 },
  { shape: [1, 1, 6], axis: 1 },
  { shape: [0, 4], axis: 1 },
  { shape: [4, 0], axis: 0 },
];

describe.each(dtypes)("%s", (dtype) => {
  it.each(lines)("argReduce of $shape along $axis", ({ shape, axis }) => {
    const dropped = shape.filter((_, k) => k !== axis);
    for (const value of values[dtype]) {
      for (const kind of ["max", "min"] as const) {
        const node = {
          kind: "argReduce" as const,
          attributes: { kind, axis },
          shape: dropped,
          dtype: "int32" as const,
        };
        checkAnchor(node, [operandOf(shape, dtype, value)]);
      }
    }
  });

  it.each(lines)("argsort of $shape along $axis", ({ shape, axis }) => {
    for (const value of values[dtype]) {
      for (const descending of [false, true]) {
        const attributes = { axis, descending };
        checkAnchor({ kind: "argsort", attributes, shape, dtype: "int32" }, [operandOf(shape, dtype, value)]);
      }
    }
  });

  it.each(lines)("scan of $shape along $axis", ({ shape, axis }) => {
    // Sums and products of integers stay within what the reference computes exactly.
    const small = dtype === "float32" ? () => 4 * random() - 2 : () => 1 + integer(dtype === "bool" ? 1 : 2);
    const counts = dtype === "float32" ? small : () => integer(100);
    for (const reverse of [false, true]) {
      const check = (kind: "sum" | "prod" | "max", value: () => number, length = shape) => {
        const node = { kind: "scan" as const, attributes: { kind, axis, reverse }, shape: length, dtype };
        checkAnchor(node, [operandOf(length, dtype, value)], 1e-6);
      };
      for (const value of values[dtype]) check("max", value);
      if (dtype === "bool") continue;
      check("sum", counts);
      check(
        "prod",
        small,
        shape.map((extent) => Math.min(extent, 30)),
      );
    }
  });

  it.each(lines)("gather and scatterAdd of $shape along $axis", ({ shape, axis }) => {
    for (const extent of [1, 2, 7, 100]) {
      const wide = shape.map((each, k) => (k === axis ? extent : each));
      const position = (i: number) => (random() < 0.1 ? (i % 3) - 1 : integer(extent + 1));
      const row = sizeAfter(shape, axis);
      // Indices that are the same along the inner axes, as in a lookup of rows, and others.
      const ofRows = Array.from({ length: 1000 }, (_, i) => position(i));
      for (const index of [position, (i: number) => ofRows[Math.floor(i / row) % 1000]]) {
        const at = operandOf(shape, "int32", index);
        const x = operandOf(wide, dtype, values[dtype][0]);
        checkAnchor({ kind: "gather", attributes: { axis }, shape, dtype }, [x, at]);
        const source = operandOf(shape, dtype, dtype === "float32" ? values.float32[0] : () => integer(2));
        checkAnchor({ kind: "scatterAdd", attributes: { axis }, shape: wide, dtype }, [at, source]);
      }
    }
  });
});

function sizeAfter(shape: readonly number[], axis: number): number {
  return Math.max(
    1,
    shape.slice(axis + 1).reduce((size, extent) => size * extent, 1),
  );
}

it("gives the same however the work is divided, and on both sides of the address 2^31", () => {
  const shape = [40, 17, 33];
  const x = operandOf(shape, "float32", values.float32[0]);
  const index = operandOf(shape, "int32", () => integer(17));
  const one = operandOf([600, 40], "int32", (i) => Math.floor(i / 40) % 50);
  const rows = operandOf([600, 40], "float32", values.float32[0]);
  const along = { axis: 1 };
  const halving = { window: [2, 2], stride: [2, 2], dilation: [1, 1], padBefore: [0, 0], padAfter: [0, 0] };
  const pool = { ...halving, countPadding: false };
  const nodes: readonly [node: AnchorNode, ...inputs: Operand[]][] = [
    [{ kind: "gather", attributes: along, shape, dtype: "float32" }, x, index],
    [{ kind: "scatterAdd", attributes: along, shape, dtype: "float32" }, index, x],
    [{ kind: "scatterAdd", attributes: { axis: 0 }, shape: [50, 40], dtype: "float32" }, one, rows],
    [{ kind: "argsort", attributes: { axis: 1, descending: false }, shape, dtype: "int32" }, x],
    [{ kind: "argsort", attributes: { axis: 0, descending: true }, shape: [600, 40], dtype: "int32" }, rows],
    [{ kind: "argReduce", attributes: { axis: 1, kind: "max" }, shape: [40, 33], dtype: "int32" }, x],
    [{ kind: "scan", attributes: { axis: 1, kind: "sum", reverse: false }, shape, dtype: "float32" }, x],
    [{ kind: "poolIndex", attributes: pool, shape: [40, 8, 16], dtype: "int32" }, x],
    [{ kind: "avgPool", attributes: { ...pool, mode: "forward" }, shape: [40, 8, 16], dtype: "float32" }, x],
  ];
  const memory = highMemory();
  for (const [node, ...inputs] of nodes) {
    const expected = runAnchor(node, inputs);
    expect(runAnchor(node, inputs, { divided: true })).toEqual(expected);
    expect(runAnchor(node, inputs, { memory })).toEqual(expected);
  }
});
