import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

/** Einstein's summation by its definition: a loop over all labels. Ellipses are not known. */
async function bruteForce(equation: string, operands: readonly Tensor[]): Promise<{ shape: number[]; data: number[] }> {
  const [left, right] = equation.split("->");
  const terms = left.split(",");
  const data = await Promise.all(operands.map(elements));
  const extents = new Map<string, number>();
  terms.forEach((term, i) =>
    [...term].forEach((label, axis) => {
      const known = extents.get(label) ?? 1;
      extents.set(label, known === 1 ? operands[i].shape[axis] : known);
    }),
  );
  const labels = [...extents.keys()];
  const shape = [...right].map((label) => extents.get(label) ?? 0);
  const totals = new Float64Array(shape.reduce((a, b) => a * b, 1));
  for (const index of indicesOf([...extents.values()])) {
    const position = (label: string): number => index[labels.indexOf(label)];
    const product = terms.reduce((result, term, i) => {
      const from = [...term].map((label, axis) => (operands[i].shape[axis] === 1 ? 0 : position(label)));
      return result * data[i][at(operands[i].shape, from)];
    }, 1);
    totals[at(shape, [...right].map(position))] += product;
  }
  return { shape, data: [...totals] };
}

describe("einsum", () => {
  const cases: [equation: string, ...shapes: number[][]][] = [
    ["ij,jk->ik", [3, 4], [4, 5]],
    ["ij,kj->ik", [3, 4], [5, 4]],
    ["ji,jk->ki", [4, 3], [4, 5]],
    ["bij,bjk->bik", [2, 3, 4], [2, 4, 5]],
    ["bij,kbj->kib", [2, 3, 4], [5, 2, 4]],
    ["bhid,bhjd->bhij", [2, 3, 4, 2], [2, 3, 5, 2]],
    ["bihd,bjhd->bhij", [2, 4, 3, 2], [2, 5, 3, 2]],
    ["ij->ji", [3, 4]],
    ["ij->", [3, 4]],
    ["ij->j", [3, 4]],
    ["ii->i", [4, 4]],
    ["ii->", [4, 4]],
    ["iij->ij", [3, 3, 2]],
    ["iijj->ij", [3, 3, 2, 2]],
    ["iii->i", [3, 3, 3]],
    ["i,j->ij", [3], [4]],
    ["i,i->", [5], [5]],
    ["bi,bi->b", [3, 4], [3, 4]],
    ["bi,bi->ib", [3, 4], [3, 4]],
    ["ijk,k->ij", [2, 3, 4], [4]],
    ["ij,kl->", [2, 3], [4, 2]],
    ["ij,jk,kl->il", [2, 3], [3, 4], [4, 5]],
    ["ij,j,ik->k", [2, 3], [3], [2, 4]],
    ["a,ab,abc->abc", [2], [2, 3], [2, 3, 4]],
    ["ij,ij,ij->ij", [2, 3], [2, 3], [2, 3]],
    ["ij,jk->ik", [3, 1], [4, 5]],
    ["bij,bjk->bik", [1, 3, 4], [2, 4, 5]],
    ["nchw,ochw->no", [2, 3, 2, 2], [4, 3, 2, 2]],
    [",i->i", [], [3]],
    ["ij,jk->ik", [0, 2], [2, 3]],
    ["ij,jk->ik", [2, 0], [0, 3]],
  ];
  it.each(cases)("%s", async (equation, ...shapes) => {
    const operands = shapes.map((shape, i) => irregular(shape, i));
    const want = await bruteForce(equation, operands);
    const got = T.einsum(equation, ...operands);
    expect(got.shape).toEqual(want.shape);
    (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want.data[i], 5));
  });

  it.each([
    {
      implicit: "ij,jk",
      explicit: "ij,jk->ik",
      shapes: [
        [2, 3],
        [3, 4],
      ],
    },
    { implicit: "ba", explicit: "ba->ab", shapes: [[2, 3]] },
    { implicit: "ii", explicit: "ii->", shapes: [[3, 3]] },
    { implicit: "bA", explicit: "bA->Ab", shapes: [[2, 3]] },
    {
      implicit: " i j , j k -> i k ",
      explicit: "ij,jk->ik",
      shapes: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      implicit: "...ij,...jk",
      explicit: "abij,bjk->abik",
      shapes: [
        [2, 3, 2, 4],
        [3, 4, 2],
      ],
    },
    { implicit: "...ij->...ji", explicit: "abij->abji", shapes: [[2, 3, 2, 4]] },
    { implicit: "i...,i->...", explicit: "iab,i->ab", shapes: [[2, 3, 4], [2]] },
    { implicit: "...,...->...", explicit: "ab,b->ab", shapes: [[2, 3], [3]] },
    { implicit: "i...j->...", explicit: "iabj->ab", shapes: [[2, 3, 2, 2]] },
    { implicit: "...ij->ij", explicit: "abij->ij", shapes: [[2, 3, 2, 4]] },
    {
      implicit: "...i,...i->...",
      explicit: "abi,bi->ab",
      shapes: [
        [2, 1, 4],
        [3, 4],
      ],
    },
  ])("$implicit is $explicit", async ({ implicit, explicit, shapes }) => {
    const operands = shapes.map((shape, i) => irregular(shape, i));
    const want = await bruteForce(explicit, operands);
    const got = T.einsum(implicit, ...operands);
    expect(got.shape).toEqual(want.shape);
    (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want.data[i], 5));
  });

  it("multiplies matrices by matmul, not by broadcasting", () => {
    const kinds = new Set<string>();
    let largest = 0;
    const visit = (node: T.Node): void => {
      kinds.add(node.kind);
      largest = Math.max(largest, node.size);
      node.inputs.forEach(visit);
    };
    visit(
      T.einsum("bhid,bhjd,bhjk->bhik", irregular([2, 3, 8, 4]), irregular([2, 3, 9, 4]), irregular([2, 3, 9, 5])).node,
    );
    expect(kinds).toContain("matmul");
    expect(kinds).not.toContain("reduce");
    expect(largest).toBeLessThanOrEqual(2 * 3 * 9 * 8);
  });

  it.each([
    { equation: "ij,jk->ik", shapes: [[2, 3]], message: /names 2 operands, and there are 1/ },
    {
      equation: "ij,jk->ik",
      shapes: [
        [2, 3],
        [4, 5],
      ],
      message: /axis "j" has extent 3 in one place and 4 in operand 1 of shape \[4, 5\]/,
    },
    { equation: "ij->i", shapes: [[2, 3, 4]], message: /"ij" names 2 axes, operand 0 has shape \[2, 3, 4\]/ },
    { equation: "ij->ii", shapes: [[2, 2]], message: /names an axis twice/ },
    { equation: "ij->k", shapes: [[2, 2]], message: /names axis "k", which no operand has/ },
    { equation: "i1->i", shapes: [[2, 2]], message: /must be made of letters/ },
    { equation: "i->j->k", shapes: [[2]], message: /more than one arrow/ },
    {
      equation: "ii->i",
      shapes: [[1, 3]],
      message: /"i" takes the diagonal of axes 0 and 1 of \[1, 3\], which differ/,
    },
    {
      equation: "...i,...i->i",
      shapes: [
        [2, 3],
        [4, 3],
      ],
      message: /axis -1 of the ellipsis has extent 2/,
    },
  ])("says what is wrong with $equation of $shapes", ({ equation, shapes, message }) => {
    expect(() => T.einsum(equation, ...shapes.map((shape) => T.zeros(shape)))).toThrow(message);
  });
});

describe("tensordot", () => {
  it.each([
    {
      axes: 1,
      shapes: [
        [2, 3, 4],
        [4, 5],
      ],
      equation: "abc,cd->abd",
    },
    {
      axes: 2,
      shapes: [
        [2, 3, 4],
        [3, 4, 5],
      ],
      equation: "abc,bcd->ad",
    },
    { axes: 0, shapes: [[2, 3], [4]], equation: "ab,c->abc" },
    {
      axes: [
        [0, -1],
        [1, 0],
      ] as const,
      shapes: [
        [2, 3, 4],
        [4, 2, 5],
      ],
      equation: "abc,cad->bd",
    },
    { axes: [[1], [0]] as const, shapes: [[2, 3], [3]], equation: "ab,b->a" },
  ])("over $axes is $equation", async ({ axes, shapes, equation }) => {
    const [a, b] = shapes.map((shape, i) => irregular(shape, i));
    const want = await bruteForce(equation, [a, b]);
    const got = T.tensordot(a, b, axes);
    expect(got.shape).toEqual(want.shape);
    (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want.data[i], 5));
  });

  it.each([
    { axes: [[0], [0, 1]] as const, message: /are not pairs, each axis once/ },
    { axes: [[0], [1]] as const, message: /axis 0 of \[2, 3\] and axis 1 of \[2, 4\] differ/ },
    { axes: 3, message: /tensordot: 3 axes; \[2, 3\] has 2/ },
  ])("says what is wrong with $axes", ({ axes, message }) => {
    expect(() => T.tensordot(T.zeros([2, 3]), T.zeros([2, 4]), axes)).toThrow(message);
  });
});

describe("scaledDotProductAttention", () => {
  const [q, k, v] = [irregular([2, 3, 4], 1), irregular([2, 5, 4], 2), irregular([2, 5, 6], 3)];

  /** By its definition, with the number each score is given on top. */
  async function attention(extra: (i: number, j: number) => number, scale = 0.5): Promise<number[]> {
    const [a, b, c] = await Promise.all([q, k, v].map(elements));
    return indicesOf([2, 3, 6]).map(([n, i, d]) => {
      const scores = [0, 1, 2, 3, 4].map((j) => {
        const products = [0, 1, 2, 3].map((f) => a[(n * 3 + i) * 4 + f] * b[(n * 5 + j) * 4 + f]);
        return products.reduce((x, y) => x + y) * scale + extra(i, j);
      });
      const weights = scores.map(Math.exp);
      const total = weights.reduce((x, y) => x + y);
      if (total === 0) return 0;
      return weights.reduce((sum, weight, j) => sum + (weight / total) * c[(n * 5 + j) * 6 + d], 0);
    });
  }

  const seen = [true, false, true, true, false, false, false, false, false, false, true, true, true, true, false];
  const bias = irregular([3, 5], 4);
  it.each([
    { name: "everything", options: {}, extra: () => 0 },
    { name: "with a scale", options: { scale: 2 }, extra: () => 0, scale: 2 },
    {
      name: "what came before",
      options: { isCausal: true },
      extra: (i: number, j: number) => (j <= i ? 0 : -Infinity),
    },
    {
      name: "what a mask allows; nothing gives zeros",
      options: { mask: T.tensor(seen, { shape: [3, 5] }) },
      extra: (i: number, j: number) => (seen[5 * i + j] ? 0 : -Infinity),
    },
    {
      name: "what both allow",
      options: { mask: T.tensor(seen, { shape: [1, 3, 5] }), isCausal: true },
      extra: (i: number, j: number) => (seen[5 * i + j] && j <= i ? 0 : -Infinity),
    },
  ])("looks at $name", async ({ options, extra, scale }) => {
    const want = await attention(extra, scale);
    const got = T.scaledDotProductAttention(q, k, v, options);
    expect(got.shape).toEqual([2, 3, 6]);
    (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
  });

  it("adds a float mask to the scores", async () => {
    const numbers = await elements(bias);
    const want = await attention((i, j) => numbers[5 * i + j]);
    (await elements(T.scaledDotProductAttention(q, k, v, { mask: bias }))).forEach((value, i) =>
      expect(value).toBeCloseTo(want[i], 5),
    );
  });

  it.each([
    {
      f: () => T.scaledDotProductAttention(of([1]), k, v),
      message: /q \[1\], k .* must each be \[..., length, features\]/,
    },
    { f: () => T.scaledDotProductAttention(q, T.zeros([2, 5, 3]), v), message: /equally many features/ },
    { f: () => T.scaledDotProductAttention(q, k, T.zeros([2, 4, 3])), message: /equally many rows/ },
    {
      f: () => T.scaledDotProductAttention(q, k, v, { mask: T.zeros([4, 5]) }),
      message: /scores and mask: shapes \[2, 3, 5\]/,
    },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
