import { describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { checkGradients, gradientsOf } from "../src/index.ts";

T.setBackend(T.reference());
const { linalg } = T;

type Hosted = (...inputs: Tensor[]) => Promise<Tensor>;

interface Case {
  readonly name: string;
  readonly f: Hosted;
  readonly shapes: readonly (readonly number[])[];
}

const mT = (t: Tensor): Tensor => T.transpose(t);
/** Far from singular. */
const regular = (x: Tensor): Tensor => T.add(x, T.mul(T.eye(x.shape[x.ndim - 1]), 2.5));
/** Symmetric, with eigenvalues far from each other. */
const symmetric = (x: Tensor): Tensor => T.add(T.mul(T.add(x, mT(x)), 0.3), T.diag(T.arange(x.shape[x.ndim - 1])));
const positive = (x: Tensor): Tensor => T.add(T.matmul(x, mT(x)), T.eye(x.shape[x.ndim - 2]));
/** With singular values far from each other and from 0. */
const distinct = (x: Tensor): Tensor => {
  const [rows, columns] = x.shape.slice(-2);
  return T.add(T.mul(x, 0.3), T.mul(T.eye(rows, columns), T.add(T.arange(columns), 1)));
};

const triangles = [true, false].flatMap((upper) =>
  [true, false].flatMap((left) => [true, false].map((unitriangular) => ({ upper, left, unitriangular }))),
);
const outlines = [[4, 2], [2, 4], [3, 3], [2, 3, 2]]; // prettier-ignore

const cases: readonly Case[] = [
  { name: "inv", f: async (x) => T.exp(await linalg.inv(regular(x))), shapes: [[3, 3]] },
  { name: "inv of a batch", f: async (x) => T.matmul(await linalg.inv(regular(x)), x), shapes: [[2, 2, 2]] },
  {
    name: "solve",
    f: async (a, b) => T.exp(T.mul(await linalg.solve(regular(a), b), b)),
    shapes: [[3, 3], [3, 2]], // prettier-ignore
  },
  { name: "solve for a vector", f: async (a, b) => T.exp(await linalg.solve(regular(a), b)), shapes: [[3, 3], [3]] },
  {
    name: "solve, broadcast",
    f: async (a, b) => T.exp(await linalg.solve(regular(a), b)),
    shapes: [[2, 2], [2, 2, 1]], // prettier-ignore
  },
  ...triangles.map((options): Case => ({
    name: `solveTriangular ${JSON.stringify(options)}`,
    f: async (a, b) => T.exp(await linalg.solveTriangular(regular(a), b, options)),
    shapes: [[3, 3], options.left ? [3, 2] : [2, 3]],
  })),
  { name: "cholesky", f: async (x) => T.exp(await linalg.cholesky(positive(x))), shapes: [[3, 4]] },
  {
    name: "upper cholesky of a batch",
    f: async (x) => T.exp(await linalg.cholesky(positive(x), { upper: true })),
    shapes: [[2, 2, 2]],
  },
  { name: "det", f: async (x) => T.mul(await linalg.det(regular(x)), T.sum(x)), shapes: [[3, 3]] },
  { name: "det of a batch", f: async (x) => T.square(await linalg.det(regular(x))), shapes: [[2, 2, 2]] },
  {
    name: "slogdet",
    f: async (x) => {
      const { sign, logAbsDet } = await linalg.slogdet(T.neg(regular(x)));
      return T.mul(sign, T.exp(T.mul(logAbsDet, 0.5)));
    },
    shapes: [[3, 3]],
  },
  ...outlines.flatMap((shape): Case[] => [
    {
      name: `qr of [${shape.join(", ")}]`,
      f: async (x) => {
        const { q, r } = await linalg.qr(distinct(x));
        return T.matmul(T.exp(q), T.sin(r));
      },
      shapes: [shape],
    },
    {
      name: `r of [${shape.join(", ")}]`,
      f: async (x) => T.square((await linalg.qr(distinct(x))).r),
      shapes: [shape],
    },
    {
      name: `svd of [${shape.join(", ")}]`,
      f: async (x) => {
        const { u, s, vh } = await linalg.svd(distinct(x));
        return T.matmul(T.mul(T.square(u), T.unsqueeze(T.exp(T.neg(s)), -2)), T.square(vh));
      },
      shapes: [shape],
    },
    {
      name: `polar factor of [${shape.join(", ")}]`,
      f: async (x) => {
        const { u, vh } = await linalg.svd(distinct(x));
        return T.exp(T.matmul(u, vh));
      },
      shapes: [shape],
    },
    {
      name: `pinv of [${shape.join(", ")}]`,
      f: async (x) => T.exp(await linalg.pinv(distinct(x))),
      shapes: [shape],
    },
  ]),
  {
    name: "complete qr of a square matrix",
    f: async (x) => T.exp((await linalg.qr(distinct(x), { mode: "complete" })).q),
    shapes: [[3, 3]],
  },
  {
    name: "the first vectors of full matrices",
    f: async (x) => {
      const { u, s } = await linalg.svd(distinct(x), { fullMatrices: true });
      return T.matmul(T.square(T.slice(u, [null, [0, 2]])), T.exp(T.neg(s)));
    },
    shapes: [[4, 2]],
  },
  {
    name: "eigh",
    f: async (x) => {
      const { eigenvalues, eigenvectors } = await linalg.eigh(symmetric(x));
      return T.matmul(T.square(eigenvectors), T.exp(eigenvalues));
    },
    shapes: [[3, 3]],
  },
  {
    name: "eigenvectors of a batch",
    f: async (x) => {
      const { eigenvectors } = await linalg.eigh(symmetric(x));
      const first = T.slice(eigenvectors, [null, null, [0, 1]]);
      return T.exp(T.matmul(first, mT(first)));
    },
    shapes: [[2, 3, 3]],
  },
  {
    name: "pinv of matrices of one rank",
    f: async (a, b) => T.exp(await linalg.pinv(T.matmul(distinct(a), distinct(b)))),
    shapes: [[4, 2], [2, 3]], // prettier-ignore
  },
  {
    name: "lstsq",
    f: async (a, b) => T.exp(await linalg.lstsq(distinct(a), b)),
    shapes: [[4, 2], [4, 2]], // prettier-ignore
  },
  {
    name: "lstsq, fewer equations",
    f: async (a, b) => T.exp(await linalg.lstsq(distinct(a), b)),
    shapes: [[2, 3], [2]],
  },
  { name: "spectralNorm", f: (x) => linalg.spectralNorm(distinct(x)), shapes: [[3, 4]] },
  { name: "nuclearNorm", f: (x) => linalg.nuclearNorm(distinct(x)), shapes: [[2, 3, 2]] },
  { name: "cond", f: (x) => linalg.cond(distinct(x)), shapes: [[3, 3]] },
];

/** Fixed weights that make a scalar of any output, so that errors do not cancel. */
function weighted(output: Tensor, seed: number): Tensor {
  const weights = Float32Array.from({ length: output.size }, (_, i) => Math.sin(1.3 * i + seed) + 0.4);
  return T.sum(T.mul(output, T.tensor(weights, { shape: output.shape })));
}

/** A number that depends on the elements of leaves, and its derivatives by the first `count` elements of each. */
type Function = (leaves: readonly Tensor[]) => Promise<Tensor>;

/** Where the derivative differs most from differences of fourth order; the function is evaluated in float32. */
async function worstError(f: Function, data: readonly Float32Array[], shapes: Case["shapes"]): Promise<number> {
  const step = 1 / 32;
  const leavesOf = (values: readonly Float32Array[]): Tensor[] =>
    values.map((value, i) => T.tensor(value.slice(), { shape: shapes[i], requiresGrad: true }));
  const leaves = leavesOf(data);
  const value = await f(leaves);
  const gradients = await Promise.all(gradientsOf(value, leaves, T.onesLike(value)).map((g) => g.data()));
  let worst = 0;
  for (const [input, values] of data.entries()) {
    for (let element = 0; element < values.length; element += 1) {
      const at = async (shift: number): Promise<number> => {
        const moved = data.map((value) => value.slice());
        moved[input][element] += shift * step;
        return (await f(leavesOf(moved))).item();
      };
      const [a, b, c, d] = await Promise.all([at(-2), at(-1), at(1), at(2)]);
      const numerical = (a - 8 * b + 8 * c - d) / (12 * step);
      const error = Math.abs(gradients[input][element] - numerical) / Math.max(1, Math.abs(numerical));
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    }
  }
  return worst;
}

function dataFor(shapes: Case["shapes"]): Float32Array[] {
  return shapes.map((shape, input) => {
    const size = shape.reduce((a, b) => a * b, 1);
    // Squares in the phase, so that no matrix of it has a low rank.
    return Float32Array.from({ length: size }, (_, i) => 0.9 * Math.sin(2.7 * i + 0.7 * i * i + 1.1 + 3.3 * input));
  });
}

describe("gradients against differences of what the host computes", () => {
  it.each(cases)("$name", async ({ f, shapes }) => {
    const value: Function = async (leaves) => weighted(await f(...leaves), 0);
    expect(await worstError(value, dataFor(shapes), shapes)).toBeLessThan(5e-4);
  });

  it.each(cases)("$name, second derivatives", async ({ f, shapes }) => {
    const slope: Function = async (leaves) => {
      const value = weighted(await f(...leaves), 0);
      const terms = gradientsOf(value, leaves, T.onesLike(value)).map((gradient, i) => weighted(gradient, i + 1));
      return terms.reduce((a, b) => T.add(a, b));
    };
    expect(await worstError(slope, dataFor(shapes), shapes)).toBeLessThan(2e-3);
  });

  it.each(["fro", 1, -1, Infinity, -Infinity] as const)("matrixNorm %s", (ord) => {
    const shape = [3, 2, 4];
    const data = [...dataFor([shape])[0]];
    const norm = (x: Tensor): Tensor => T.exp(linalg.matrixNorm(x, { ord, axis: [2, 0] }));
    expect(checkGradients(norm, [{ data, shape }], { second: true }).worst).toBeLessThan(1e-6);
  });
});

describe("where there is no gradient", () => {
  const gradient = async (f: Hosted, x: Tensor): Promise<number[]> => {
    const leaf = T.tensor(await x.data(), { shape: x.shape, requiresGrad: true });
    (await f(leaf)).backward();
    return Array.from((await leaf.grad?.data()) ?? []);
  };

  it.each<[name: string, f: Hosted, x: Tensor, want: number]>([
    ["det of a singular matrix", (x) => linalg.det(x), T.ones([2, 2]), NaN],
    ["Frobenius norm of zeros", (x) => Promise.resolve(linalg.matrixNorm(x)), T.zeros([2, 2]), 0],
  ])("%s", async (_, f, x, want) => {
    expect(await gradient(f, x)).toEqual(new Array<number>(x.size).fill(want));
  });

  it("equal eigenvalues have one, their vectors do not", async () => {
    const sum = async (x: Tensor): Promise<Tensor> => T.sum((await linalg.eigh(x)).eigenvalues);
    expect(await gradient(sum, T.eye(2))).toEqual([1, 0, 0, 1]);
    const vectors = async (x: Tensor): Promise<Tensor> => weighted((await linalg.eigh(x)).eigenvectors, 0);
    expect(await gradient(vectors, T.eye(2))).not.toEqual([0, 0, 0, 0]);
    expect((await gradient(vectors, T.eye(2))).some((value) => !Number.isFinite(value))).toBe(true);
  });

  it("a complete q has none", async () => {
    const wide = async (x: Tensor): Promise<Tensor> => T.sum((await linalg.qr(x, { mode: "complete" })).q);
    await expect(gradient(wide, distinct(T.zeros([3, 2])))).rejects.toThrow(/linalg\.qr: a complete q has no gradient/);
  });

  it("the vectors that full matrices add have none", async () => {
    const added = (axis: number) => async (x: Tensor) => {
      const { u, vh } = await linalg.svd(x, { fullMatrices: true });
      return weighted(T.select(axis === -1 ? u : vh, axis, 2), 0);
    };
    expect(await gradient(added(-1), distinct(T.zeros([3, 2])))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await gradient(added(-2), distinct(T.zeros([2, 3])))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("nothing of a history is kept where none is asked for", async () => {
    const inverse = await linalg.inv(T.eye(2));
    expect(inverse.requiresGrad).toBe(false);
    expect(inverse.node.kind).toBe("leaf");
  });
});
