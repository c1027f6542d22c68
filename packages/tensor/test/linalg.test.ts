import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { elements, of } from "./ops-values.ts";

const { linalg } = T;

function random(shape: readonly number[], seed = 1): Tensor {
  return T.random.normal(shape, { generator: new T.Generator(seed) });
}

/** A tolerance for what is to be the same. */
const exactly = 1e-30;

const transposed = (t: Tensor): Tensor => T.transpose(t);

async function expectClose(got: Tensor, want: Tensor, tolerance = 1e-5): Promise<void> {
  expect(got.shape).toEqual(want.shape);
  expect(got.dtype).toBe("float32");
  const [a, b] = [await elements(got), await elements(want)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  a.forEach((value, i) =>
    expect(Math.abs(value - b[i]), `${i}: ${value}, want ${b[i]}`).toBeLessThan(tolerance * largest),
  );
}

/** Identities beside matrices of n columns. */
const identities = (lead: readonly number[], n: number): Tensor => T.expand(T.eye(n), [...lead, n, n]);

async function expectOrthonormalColumns(q: Tensor): Promise<void> {
  await expectClose(T.matmul(transposed(q), q), identities(q.shape.slice(0, -2), q.shape[q.ndim - 1]), 2e-6);
}

/** Positive definite matrices. */
function positive(shape: readonly number[]): Tensor {
  const a = random(shape);
  return T.add(T.matmul(a, transposed(a)), T.mul(T.eye(shape[shape.length - 1]), 0.5));
}

const shapes = (...texts: string[]) => texts.map((text) => ({ text, shape: text.split(" ").map(Number) }));
const squares = shapes("1 1", "2 2", "5 5", "2 3 4 4", "0 3 3", "0 0", "2 0 0", "30 30");
const rectangles = [
  ...squares,
  ...shapes("5 3", "3 5", "1 4", "4 1", "2 4 3", "2 1 3 4", "0 2 3", "3 0", "0 3", "40 7"),
];

describe("what the factors multiply to", () => {
  it.each(squares)("inverse of $text", async ({ shape }) => {
    const a = T.add(random(shape), T.mul(T.eye(shape[shape.length - 1]), 3));
    const inverse = await linalg.inv(a);
    await expectClose(T.matmul(a, inverse), T.expand(T.eye(shape[shape.length - 1]), shape));
    await expectClose(T.matmul(inverse, a), T.expand(T.eye(shape[shape.length - 1]), shape));
  });

  it.each(squares)("Cholesky factor of $text, lower and upper", async ({ shape }) => {
    const a = positive(shape);
    const lower = await linalg.cholesky(a);
    await expectClose(T.matmul(lower, transposed(lower)), a);
    await expectClose(lower, T.tril(lower), exactly);
    const upper = await linalg.cholesky(a, { upper: true });
    await expectClose(upper, transposed(lower), exactly);
  });

  it.each(rectangles)("QR of $text, reduced and complete", async ({ shape }) => {
    const a = random(shape);
    const [rows, columns] = shape.slice(-2);
    for (const mode of ["reduced", "complete"] as const) {
      const { q, r } = await linalg.qr(a, { mode });
      expect(q.shape).toEqual([...shape.slice(0, -1), mode === "complete" ? rows : Math.min(rows, columns)]);
      await expectClose(T.matmul(q, r), a);
      await expectOrthonormalColumns(q);
      await expectClose(r, T.triu(r), exactly);
      const diagonal = await elements(T.diagonal(r, { axis0: -2, axis1: -1 }));
      diagonal.forEach((value) => expect(value).toBeGreaterThanOrEqual(0));
    }
  });

  it.each(squares)("eigenvalues and eigenvectors of $text", async ({ shape }) => {
    const half = random(shape);
    const a = T.add(half, transposed(half));
    const { eigenvalues, eigenvectors } = await linalg.eigh(a);
    expect(eigenvalues.shape).toEqual(shape.slice(0, -1));
    await expectClose(T.matmul(T.mul(eigenvectors, T.unsqueeze(eigenvalues, -2)), transposed(eigenvectors)), a);
    await expectOrthonormalColumns(eigenvectors);
    await expectClose(eigenvalues, T.sort(eigenvalues).values, exactly);
  });

  it.each(rectangles)("singular values and vectors of $text, reduced and full", async ({ shape }) => {
    const a = random(shape);
    const [rows, columns] = shape.slice(-2);
    const lead = shape.slice(0, -2);
    const count = Math.min(rows, columns);
    for (const fullMatrices of [false, true]) {
      const { u, s, vh } = await linalg.svd(a, { fullMatrices });
      expect(u.shape).toEqual([...lead, rows, fullMatrices ? rows : count]);
      expect(s.shape).toEqual([...lead, count]);
      expect(vh.shape).toEqual([...lead, fullMatrices ? columns : count, columns]);
      await expectOrthonormalColumns(u);
      await expectOrthonormalColumns(transposed(vh));
      const all = lead.map((): null => null);
      const scaled = T.mul(T.slice(u, [...all, null, [0, count]]), T.unsqueeze(s, -2));
      await expectClose(T.matmul(scaled, T.slice(vh, [...all, [0, count]])), a);
      await expectClose(s, T.sort(s, { descending: true }).values, exactly);
      (await elements(s)).forEach((value) => expect(value).toBeGreaterThanOrEqual(0));
    }
  });

  it.each(rectangles)("pseudoinverse of $text: the four Penrose conditions", async ({ shape }) => {
    const a = random(shape);
    const p = await linalg.pinv(a);
    expect(p.shape).toEqual(transposed(a).shape);
    const [ap, pa] = [T.matmul(a, p), T.matmul(p, a)];
    await expectClose(T.matmul(ap, a), a);
    await expectClose(T.matmul(pa, p), p);
    await expectClose(ap, transposed(ap));
    await expectClose(pa, transposed(pa));
  });
});

describe("equations", () => {
  it.each([
    { a: [3, 3], b: [3, 2] },
    { a: [3, 3], b: [3] },
    { a: [1, 1], b: [1] },
    { a: [2, 3, 3], b: [2, 3, 4] },
    { a: [2, 3, 3], b: [2, 3], vector: true },
    { a: [3, 3], b: [5, 3, 2], lead: [5] },
    { a: [4, 1, 3, 3], b: [2, 3, 2], lead: [4, 2] },
    { a: [0, 3, 3], b: [3, 2], lead: [0] },
    { a: [0, 0], b: [0, 2] },
  ])("solve $a with $b", async ({ a, b, lead = a.slice(0, -2), vector = b.length === 1 }) => {
    const [left, right] = [T.add(random(a), T.mul(T.eye(a[a.length - 1]), 3)), random(b, 2)];
    const x = await linalg.solve(left, right);
    const column = vector ? T.unsqueeze(right, -1) : right;
    expect(x.shape).toEqual([...lead, ...(vector ? b.slice(-1) : b.slice(-2))]);
    const product = T.matmul(left, vector ? T.unsqueeze(x, -1) : x);
    await expectClose(product, T.expand(column, product.shape));
  });

  const flags = [false, true];
  it.each(
    flags.flatMap((upper) => flags.flatMap((left) => flags.map((unitriangular) => ({ upper, left, unitriangular })))),
  )("solveTriangular, %o", async (options) => {
    const a = T.add(random([2, 4, 4]), T.mul(T.eye(4), 3));
    const b = random(options.left ? [2, 4, 3] : [3, 4], 2);
    const strict = options.upper ? T.triu(a, 1) : T.tril(a, -1);
    const diagonal = options.unitriangular ? T.eye(4) : T.mul(a, T.eye(4));
    const triangle = T.add(strict, diagonal);
    const x = await linalg.solveTriangular(a, b, options);
    const product = options.left ? T.matmul(triangle, x) : T.matmul(x, triangle);
    await expectClose(product, T.expand(b, product.shape));
  });

  it("least squares: the residual is orthogonal to the columns", async () => {
    const [a, b] = [random([2, 7, 3]), random([2, 7, 2], 2)];
    const x = await linalg.lstsq(a, b);
    const residual = T.sub(T.matmul(a, x), b);
    await expectClose(T.matmul(transposed(a), residual), T.zeros([2, 3, 2]), 1e-5);
    const vector = await linalg.lstsq(T.select(a, 0, 1), T.select(T.select(b, 0, 1), 1, 0));
    await expectClose(vector, T.select(T.select(x, 0, 1), 1, 0));
  });

  it("least squares with more unknowns than equations, and with dependent ones: the least solution", async () => {
    expect(await elements(await linalg.lstsq(of([1, 1, 1, 1], [1, 4]), of([8])))).toEqual([2, 2, 2, 2]);
    await expectClose(await linalg.lstsq(of([1, 1, 2, 2, 3, 3], [3, 2]), of([2, 4, 6])), of([1, 1]));
  });
});

describe("determinants", () => {
  it.each([
    { name: "of nothing", rows: [], want: 1 },
    { name: "of a number", rows: [[-3]], want: -3 },
    {
      name: "of two rows",
      rows: [
        [1, 2],
        [3, 4],
      ],
      want: -2,
    },
    {
      name: "of a swap",
      rows: [
        [0, 1],
        [1, 0],
      ],
      want: -1,
    },
    {
      name: "of a cycle",
      rows: [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
      want: 1,
    },
    {
      name: "of dependent rows",
      rows: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      want: 0,
    },
    {
      name: "of zeros",
      rows: [
        [0, 0],
        [0, 0],
      ],
      want: 0,
    },
    {
      name: "of a small but regular matrix",
      rows: [
        [1, 1],
        [1e-20, 2e-20],
      ],
      want: 1e-20,
    },
    {
      name: "of what is scaled badly",
      rows: [
        [1e-20, 0],
        [0, 1e20],
      ],
      want: 1,
    },
  ])("$name", async ({ rows, want }) => {
    const a = of(rows.flat(), [rows.length, rows.length]);
    const determinant = await (await linalg.det(a)).item();
    const { sign, logAbsDet } = await linalg.slogdet(a);
    expect(Math.abs(determinant - want)).toBeLessThanOrEqual(1e-6 * Math.abs(want));
    expect(await sign.item()).toBe(Math.sign(want));
    const logarithm = await logAbsDet.item();
    if (want === 0) expect(logarithm).toBe(-Infinity);
    else expect(logarithm).toBeCloseTo(Math.log(Math.abs(want)), 4);
  });

  it("of a product is the product", async () => {
    const [a, b] = [random([2, 3, 4, 4]), random([2, 3, 4, 4], 2)];
    await expectClose(await linalg.det(T.matmul(a, b)), T.mul(await linalg.det(a), await linalg.det(b)));
  });

  it("slogdet of what overflows", async () => {
    const { sign, logAbsDet } = await linalg.slogdet(T.mul(T.eye(3), -1e30));
    expect(await sign.item()).toBe(-1);
    expect(await logAbsDet.item()).toBeCloseTo(90 * Math.LN10, 4);
  });
});

describe("matrices that are not regular", () => {
  it.each([
    { name: "zeros", a: T.zeros([4, 3]), rank: 0 },
    { name: "ones", a: T.ones([3, 4]), rank: 1 },
    { name: "equal rows", a: T.expand(random([1, 5]), [5, 5]), rank: 1 },
    { name: "a projection", a: T.mul(T.eye(5), of([1, 0, 1, 0, 1])), rank: 3 },
    { name: "a product of thin ones", a: T.matmul(random([8, 2]), random([2, 6], 2)), rank: 2 },
  ])("singular vectors of $name are bases", async ({ a, rank }) => {
    const { u, s, vh } = await linalg.svd(a);
    await expectOrthonormalColumns(u);
    await expectOrthonormalColumns(transposed(vh));
    await expectClose(T.matmul(T.mul(u, T.unsqueeze(s, -2)), vh), a);
    expect(await (await linalg.matrixRank(a)).item()).toBe(rank);
    const { q, r } = await linalg.qr(a);
    await expectOrthonormalColumns(q);
    await expectClose(T.matmul(q, r), a);
    const p = await linalg.pinv(a);
    await expectClose(T.matmul(T.matmul(a, p), a), a);
    await expectClose(T.matmul(T.matmul(p, a), p), p);
  });

  it.each([
    { name: "the identity", a: T.eye(4), want: [1, 1, 1, 1] },
    { name: "a diagonal matrix", a: T.mul(T.eye(4), of([3, -1, 3, 0])), want: [-1, 0, 3, 3] },
    { name: "ones", a: T.ones([3, 3]), want: [0, 0, 3] },
    { name: "zeros", a: T.zeros([3, 3]), want: [0, 0, 0] },
    { name: "far scales", a: T.mul(T.eye(3), of([1e30, 1, 1e-30])), want: [1e-30, 1, 1e30] },
  ])("eigenvalues of $name", async ({ a, want }) => {
    const { eigenvalues, eigenvectors } = await linalg.eigh(a);
    await expectOrthonormalColumns(eigenvectors);
    (await elements(eigenvalues)).forEach((value, i) => {
      expect(Math.abs(value - want[i])).toBeLessThanOrEqual(want[i] === 0 ? 1e-14 : 1e-6 * Math.abs(want[i]));
    });
  });

  it("singular values keep their digits over far scales", async () => {
    const { s } = await linalg.svd(T.mul(T.eye(3), of([1e-20, 1e10, 1])));
    (await elements(s)).forEach((value, i) => expect(value / [1e10, 1, 1e-20][i]).toBeCloseTo(1, 6));
  });

  it("a matrix of 150 rows, with as many digits as small ones", async () => {
    const a = T.matmul(random([150, 90]), random([90, 150], 2));
    const symmetric = T.add(a, transposed(a));
    const { eigenvalues, eigenvectors } = await linalg.eigh(symmetric);
    await expectClose(T.matmul(T.mul(eigenvectors, T.unsqueeze(eigenvalues, -2)), transposed(eigenvectors)), symmetric);
    const { u, s, vh } = await linalg.svd(a);
    await expectClose(T.matmul(T.mul(u, T.unsqueeze(s, -2)), vh), a);
    await expectOrthonormalColumns(u);
    expect(await (await linalg.matrixRank(a)).item()).toBe(90);
  });

  it("rtol says what counts as 0", async () => {
    const a = T.mul(T.eye(3), of([1, 1e-3, 1e-9]));
    const ranks = await Promise.all([undefined, 0, 1e-2].map((rtol) => linalg.matrixRank(a, { rtol })));
    expect(await Promise.all(ranks.map((rank) => rank.item()))).toEqual([2, 3, 1]);
    expect(ranks[0].dtype).toBe("int32");
    expect(await elements(await linalg.pinv(a, { rtol: 1e-2 }))).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("only the lower triangle is read", async () => {
    const a = positive([4, 4]);
    const spoilt = T.add(a, T.triu(T.full([4, 4], 100), 1));
    await expectClose(await linalg.cholesky(spoilt), await linalg.cholesky(a), exactly);
    const [of, want] = await Promise.all([linalg.eigh(spoilt), linalg.eigh(a)]);
    await expectClose(of.eigenvalues, want.eigenvalues, exactly);
  });
});

describe("norms", () => {
  const x = of([1, -2, 3, -4, 5, -7], [2, 3]);
  it.each([
    { ord: "fro", want: Math.sqrt(104) },
    { ord: undefined, want: Math.sqrt(104) },
    { ord: 1, want: 10 },
    { ord: -1, want: 5 },
    { ord: Infinity, want: 16 },
    { ord: -Infinity, want: 6 },
  ] as const)("of order $ord", async ({ ord, want }) => {
    expect(await linalg.matrixNorm(x, { ord }).item()).toBeCloseTo(want, 5);
  });

  it("over other axes, in either order", async () => {
    const t = random([2, 3, 4]);
    const columns = T.amax(T.sum(T.abs(t), { axis: 0 }), { axis: 1 });
    await expectClose(linalg.matrixNorm(t, { ord: 1, axis: [0, 2] }), columns);
    await expectClose(linalg.matrixNorm(t, { ord: Infinity, axis: [2, 0] }), columns);
    const kept = linalg.matrixNorm(t, { axis: [0, -1], keepDims: true });
    await expectClose(kept, T.sqrt(T.sum(T.square(t), { axis: [0, 2], keepDims: true })));
    expect(linalg.matrixNorm(t, { ord: -1, keepDims: true }).shape).toEqual([2, 1, 1]);
    expect(linalg.matrixNorm(T.zeros([0, 3])).shape).toEqual([]);
  });

  it("by singular values", async () => {
    const a = T.mul(T.eye(3, 4), of([3, 0.5, -4], [3, 1]));
    expect(await (await linalg.spectralNorm(a)).item()).toBe(4);
    expect(await (await linalg.nuclearNorm(a)).item()).toBe(7.5);
    expect(await (await linalg.cond(a)).item()).toBe(8);
    expect(await (await linalg.cond(T.ones([2, 2]))).item()).toBeGreaterThan(1e15);
    expect(await (await linalg.cond(T.diag(of([1, 0])))).item()).toBe(Infinity);
  });
});

describe("operands", () => {
  it("integers are cast to float32", async () => {
    const a = T.tensor(Int32Array.of(2, 0, 0, 4), { shape: [2, 2] });
    expect((await linalg.inv(a)).dtype).toBe("float32");
    expect(await elements(await linalg.solve(a, T.tensor(Int32Array.of(2, 2))))).toEqual([1, 0.5]);
    expect(await linalg.matrixNorm(a, { ord: 1 }).item()).toBe(4);
  });

  it("float16 gives float16", async () => {
    const a = T.cast(T.add(random([3, 3]), T.mul(T.eye(3), 3)), "float16");
    const b = T.cast(random([3]), "float16");
    const { u, s } = await linalg.svd(a);
    const results = [await linalg.inv(a), await linalg.solve(a, b), await linalg.det(a), u, s, linalg.matrixNorm(a)];
    expect(results.map(({ dtype }) => dtype)).toEqual(results.map(() => "float16"));
    expect((await linalg.solve(a, random([3]))).dtype).toBe("float32");
    const product = T.matmul(T.cast(a, "float32"), T.cast(results[0], "float32"));
    await expectClose(product, T.eye(3), 5e-3);
  });

  it("are taken as they are when the operation is called, on their device", async () => {
    const other = T.reference();
    const variable = new T.Variable(await T.mul(T.eye(2), 2).to(other));
    const result = linalg.inv(variable);
    variable.assign(await T.eye(2).to(other));
    expect(await elements(await result)).toEqual([0.5, 0, 0, 0.5]);
    expect((await result).node.device).toBe(other);
  });
});

describe("errors", () => {
  const two = T.stack([T.eye(2), T.ones([2, 2])]);
  const wrong: readonly [name: string, f: () => unknown, message: RegExp][] = [
    ["inv of a vector", () => linalg.inv(T.ones([3])), /linalg\.inv: \[3\] must be a matrix/],
    ["inv of what is not square", () => linalg.inv(T.ones([2, 3])), /linalg\.inv: \[2, 3\] .* must be square/],
    ["inv of a singular matrix", () => linalg.inv(T.ones([2, 2])), /linalg\.inv: the matrix is singular/],
    [
      "inv of a nearly singular matrix",
      () => linalg.inv(T.reshape(T.arange(1, 10), [3, 3])),
      /linalg\.inv: .* is singular/,
    ],
    ["inv in a batch", () => linalg.inv(two), /linalg\.inv: matrix 1 of the batch of shape \[2\] is singular/],
    ["inv of NaN", () => linalg.inv(of([NaN], [1, 1])), /linalg\.inv: the matrix holds NaN or infinities/],
    ["solve of a singular matrix", () => linalg.solve(two, T.ones([2])), /linalg\.solve: matrix 1 .* is singular/],
    [
      "solve of what is not square",
      () => linalg.solve(T.ones([2, 3]), T.ones([2])),
      /linalg\.solve: .* must be square/,
    ],
    [
      "solve with other rows",
      () => linalg.solve(T.eye(2), T.ones([3, 1])),
      /linalg\.solve: .*\[2, 2\] have 2 rows.*\[3, 1\] 3/,
    ],
    [
      "solve with other batches",
      () => linalg.solve(T.ones([2, 2, 2]), T.ones([3, 2, 1])),
      /linalg\.solve: shapes \[2\] and \[3\] do not broadcast/,
    ],
    [
      "solveTriangular with a 0",
      () => linalg.solveTriangular(T.diag(of([1, 0])), T.eye(2), { upper: true }),
      /linalg\.solveTriangular: the matrix has a 0 on its diagonal/,
    ],
    [
      "solveTriangular of vectors",
      () => linalg.solveTriangular(T.eye(2), T.ones([2]), { upper: true }),
      /linalg\.solveTriangular: \[2\] must be a matrix/,
    ],
    [
      "solveTriangular from behind",
      () => linalg.solveTriangular(T.eye(2), T.ones([2, 3]), { upper: true, left: false }),
      /linalg\.solveTriangular: .*\[2, 2\] have 2 columns.*\[2, 3\] 3/,
    ],
    [
      "cholesky of a negative matrix",
      () => linalg.cholesky(T.stack([T.eye(2), T.mul(T.eye(2), -1)])),
      /linalg\.cholesky: matrix 1 .* is not positive definite/,
    ],
    ["cholesky of zeros", () => linalg.cholesky(T.zeros([2, 2])), /linalg\.cholesky: .* is not positive definite/],
    ["det of what is not square", () => linalg.det(T.ones([3, 2])), /linalg\.det: .* must be square/],
    ["slogdet of a scalar", () => linalg.slogdet(3), /linalg\.slogdet: \[\] must be a matrix/],
    ["eigh of infinities", () => linalg.eigh(of([Infinity], [1, 1])), /linalg\.eigh: the matrix holds NaN/],
    ["qr in another mode", () => linalg.qr(T.eye(2), { mode: "r" as "reduced" }), /linalg\.qr: mode r must be/],
    ["svd of a vector", () => linalg.svd(T.ones([2])), /linalg\.svd: \[2\] must be a matrix/],
    ["pinv with a negative rtol", () => linalg.pinv(T.eye(2), { rtol: -1 }), /linalg\.pinv: rtol -1/],
    ["matrixRank with NaN", () => linalg.matrixRank(T.eye(2), { rtol: NaN }), /linalg\.matrixRank: rtol NaN/],
    ["lstsq with other rows", () => linalg.lstsq(T.ones([3, 2]), T.ones([2])), /linalg\.lstsq: .* 3 rows.* 2/],
    ["cond of nothing", () => linalg.cond(T.ones([0, 2])), /linalg\.cond: .*\[0, 2\] have no singular values/],
    [
      "matrixNorm of a vector",
      () => linalg.matrixNorm(T.ones([2])),
      /linalg\.matrixNorm: \[2\] must have at least two axes/,
    ],
    ["matrixNorm 2", () => linalg.matrixNorm(T.eye(2), { ord: 2 }), /use await linalg\.spectralNorm\(x\)/],
    [
      "matrixNorm nuc",
      () => linalg.matrixNorm(T.eye(2), { ord: "nuc" as "fro" }),
      /use await linalg\.nuclearNorm\(x\)/,
    ],
    ["matrixNorm 3", () => linalg.matrixNorm(T.eye(2), { ord: 3 }), /linalg\.matrixNorm: ord 3 must be/],
    ["matrixNorm NaN", () => linalg.matrixNorm(T.eye(2), { ord: NaN }), /linalg\.matrixNorm: ord NaN must be/],
    [
      "matrixNorm over one axis",
      () => linalg.matrixNorm(T.eye(2), { axis: [1, -1] }),
      /axis \[1, -1\] must name two axes/,
    ],
    ["matrixNorm of no columns", () => linalg.matrixNorm(T.ones([2, 0]), { ord: 1 }), /linalg\.matrixNorm: \[2, 0\]/],
  ];
  it.each(wrong)("%s", async (_, f, message) => {
    await expect((async () => f())()).rejects.toThrow(message);
  });

  it("shapes are checked before anything is read", () => {
    expect(() => linalg.inv(T.ones([2, 3]))).toThrow(T.ShapeError);
    expect(() => linalg.solve(T.ones([2, 3]), T.ones([2]))).toThrow(T.ShapeError);
  });

  it("nothing of this works inside a compiled function", async () => {
    const f = T.compile((x: Tensor) => {
      void linalg.inv(x);
      return x;
    });
    await expect(f(T.eye(2))).rejects.toThrow(/compile: linalg\.inv was called inside a compiled function; .* outside/);
    const norm = T.compile((x: Tensor) => linalg.matrixNorm(x, { ord: 1 }));
    expect(await (await norm(T.eye(2))).item()).toBe(1);
  });
});
