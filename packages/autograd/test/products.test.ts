import { type Tensor, cumprod, mul, prod, reference, setBackend, sum, tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { grad } from "../src/index.ts";

setBackend(reference());

const elements = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const product = (x: Tensor): Tensor => prod(x);
const last = (x: Tensor): Tensor => sum(mul(cumprod(x, 0), tensor([0, 0, 1])));

/** d/dx of Σ w · ∇f(x). */
const second = (f: (x: Tensor) => Tensor, w: Tensor) => grad((x: Tensor) => sum(mul(w, grad(f)(x) as Tensor)));

describe.each([
  ["prod", product],
  ["cumprod", last],
])("derivatives of %s where there are zeros", (_, f) => {
  const w = tensor([1, 2, 3]);
  const cases: readonly (readonly [number, number, number])[] = [
    [0, 2, 3],
    [0, 0, 3],
    [0, 0, 0],
    [2, 0, 3],
    [2, 3, 4],
  ];
  it.each(cases)("at %i, %i, %i", async (a, b, c) => {
    const x = (): Tensor => tensor([a, b, c]);
    expect(await elements(grad(f)(x()) as Tensor)).toEqual([b * c, a * c, a * b]);
    // The matrix of second derivatives of abc, times w.
    expect(await elements(second(f, w)(x()) as Tensor)).toEqual([2 * c + 3 * b, c + 3 * a, b + 2 * a]);
  });

  it("has a third derivative", async () => {
    const third = grad((x: Tensor) => sum(mul(tensor([0, 0, 1]), second(f, tensor([0, 1, 0]))(x) as Tensor)));
    expect(await elements(third(tensor([0, 0, 0])) as Tensor)).toEqual([1, 0, 0]);
  });
});

it("products over several axes, and along long ones", async () => {
  const x = tensor([[[2, 0], [3, 1]], [[4, 5], [6, 7]]]); // prettier-ignore
  const g = grad((t: Tensor) => sum(prod(t, { axis: [0, 2] })))(x) as Tensor;
  expect(await elements(g)).toEqual([0, 40, 42, 126, 0, 0, 21, 18]);
  const ones = tensor(new Float32Array(5000).fill(1));
  const long = grad((t: Tensor) => sum(cumprod(t, 0)))(ones) as Tensor;
  expect((await elements(long)).slice(0, 3)).toEqual([5000, 4999, 4998]);
});
