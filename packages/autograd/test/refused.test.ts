import { beforeEach, describe, expect, it } from "vitest";
import {
  DTypeError, ShapeError, type Tensor, ValueError, Variable, exp, mul, reference, setBackend, sum, tensor,
} from "@minima/tensor"; // prettier-ignore
import { backward, checkGradients, checkpoint, customGradient, grad, jvp, vjp } from "../src/index.ts";

beforeEach(() => setBackend(reference()));

type Rule = Parameters<typeof customGradient<readonly [Tensor, Tensor]>>[1];

const leaf = (shape: readonly number[], dtype: "float32" | "float16" = "float32"): Tensor =>
  tensor(new Array(shape.reduce((a, b) => a * b, 1)).fill(2), { shape, dtype, requiresGrad: true });

describe("what the rule of customGradient gives", () => {
  /** Σ of a product of [2, 3] and [3] whose rule is given. */
  const run = (rule: Rule, dtype: "float32" | "float16" = "float32"): void => {
    const product = customGradient((x: Tensor, w: Tensor) => mul(x, w), rule);
    backward(sum(product(leaf([2, 3], dtype), leaf([3], dtype))));
  };

  it.each<[string, Rule, RegExp, new (...args: never[]) => Error]>([
    ["too few", (g) => [g], /customGradient: the rule gave 1 gradients for 2 inputs/, ValueError],
    ["too many", (g) => [g, null, g], /customGradient: the rule gave 3 gradients for 2 inputs/, ValueError],
    ["none", () => [], /customGradient: the rule gave 0 gradients for 2 inputs/, ValueError],
    ["a tensor alone", ((g: Tensor) => g) as never, /the rule gave no list of gradients for 2 inputs/, ValueError],
    ["nothing", (() => undefined) as never, /the rule gave no list of gradients for 2 inputs/, ValueError],
    ["undefined", ((g: Tensor) => [g, undefined]) as never, /what the rule gave for input 1 is no tensor/, ValueError],
    ["a number", ((g: Tensor) => [g, 3]) as never, /what the rule gave for input 1 is no tensor, but 3/, ValueError],
    [
      "a shape that was broadcast",
      (g) => [g, g],
      /the rule gave shape \[2, 3\] for input 1, which has \[3\]; sum over/,
      ShapeError,
    ],
    ["a scalar", (g) => [sum(g), null], /the rule gave shape \[\] for input 0, which has \[2, 3\]/, ShapeError],
    ["a shape transposed", (g) => [g.transpose(), null], /the rule gave shape \[3, 2\] for input 0/, ShapeError],
    ["integers", (g) => [g.cast("int32"), null], /the rule gave int32 for input 0, which is float32/, DTypeError],
    [
      "another float",
      (g) => [null, sum(g, { axis: 0 }).cast("float16")],
      /the rule gave float16 for input 1/,
      DTypeError,
    ],
  ])("is refused: %s", (_, rule, message, kind) => {
    expect(() => run(rule)).toThrow(message);
    expect(() => run(rule)).toThrow(kind);
  });

  it("is refused where the input is float16 and the gradient float32", () => {
    expect(() => run((g) => [g.cast("float32"), null], "float16")).toThrow(/float32 for input 0, which is float16/);
  });

  it("is taken where it fits, or is null", async () => {
    const [x, w] = [leaf([2, 3]), leaf([3])];
    const product = customGradient((a: Tensor, b: Tensor) => mul(a, b), (g) => [mul(g, 7), null]); // prettier-ignore
    backward(sum(product(x, w)));
    expect(await x.grad?.toArray()).toEqual([[7, 7, 7], [7, 7, 7]]); // prettier-ignore
    expect(w.grad).toBeNull();
  });

  it("may be anything for an input of integers, which has no gradient", async () => {
    const x = leaf([2]);
    const scaled = customGradient((a: Tensor, n: Tensor) => mul(a, n), (g, _, __, n) => [mul(g, n), g]); // prettier-ignore
    backward(sum(scaled(x, tensor([3, 4], { dtype: "int32" }))));
    expect(await x.grad?.toArray()).toEqual([3, 4]);
  });

  it("inputs and values must be tensors", () => {
    const identity = customGradient((x: Tensor) => x, (g) => [g]); // prettier-ignore
    expect(() => identity(3 as never)).toThrow(/customGradient: input 0 is no tensor, but 3/);
    const number = customGradient<readonly [Tensor]>((() => 3) as never, (g) => [g]);
    expect(() => number(leaf([1]))).toThrow(/customGradient: what forward gave is no tensor, but 3/);
    expect(() => number(tensor([1]))).toThrow(/customGradient: what forward gave is no tensor, but 3/);
  });
});

describe("what is assigned to grad", () => {
  it.each<[string, unknown, RegExp]>([
    ["a longer one", tensor([1, 2, 3]), /grad: the gradient has shape \[3\], the tensor \[2\]/],
    ["one of another rank", tensor([[1, 2]]), /grad: the gradient has shape \[1, 2\], the tensor \[2\]/],
    ["a scalar", tensor(1), /grad: the gradient has shape \[\], the tensor \[2\]/],
    ["integers", tensor([1, 2], { dtype: "int32" }), /grad: the gradient is int32, the tensor float32; cast it/],
    ["float16", tensor([1, 2], { dtype: "float16" }), /grad: the gradient is float16, the tensor float32/],
    ["undefined", undefined, /grad: undefined is neither a tensor nor null/],
    ["an array", [1, 2], /grad: 1,2 is neither a tensor nor null/],
  ])("is refused: %s", (_, value, message) => {
    for (const target of [leaf([2]), new Variable(tensor([1, 2]), { requiresGrad: true })]) {
      expect(() => (target.grad = value as Tensor)).toThrow(message);
      expect(target.grad).toBeNull();
    }
  });

  it("is taken where it fits", async () => {
    const x = leaf([2]);
    x.grad = tensor([5, 6]);
    expect(await x.grad?.toArray()).toEqual([5, 6]);
    x.grad = null;
    expect(x.grad).toBeNull();
    expect(() => (tensor([1]).grad = tensor([1]))).toThrow(/grad: only leaf tensors/);
  });
});

describe("vectors", () => {
  const x = (): Tensor => leaf([2]);

  it.each<[string, () => unknown, RegExp]>([
    ["backward of another dtype", () => backward(exp(x()), tensor([1, 1], { dtype: "int32" })), /backward: the gradient is int32, the tensor float32/],
    ["backward of another shape", () => backward(exp(x()), tensor([1])), /backward: the gradient has shape \[1\]/],
    ["backward of a number", () => backward(exp(x()), 1 as never), /backward: the gradient must be a tensor, not 1/],
    ["an option that is none", () => backward(sum(x()), undefined, { create_graph: true } as never), /backward: there is no option create_graph; there are createGraph/],
    ["vjp of another dtype", () => vjp(exp, x())[1](tensor([1, 1], { dtype: "int32" })), /vjp: the vector is int32, it must be float32/],
    ["jvp of another dtype", () => jvp(exp, [x()], [tensor([1, 1], { dtype: "float16" })]), /jvp: the vector is float16/],
    ["jvp of integers", () => jvp(exp, [tensor([1], { dtype: "int32" })], [tensor([1], { dtype: "int32" })]), /jvp: an input is int32/],
    ["vjp of integers", () => vjp(exp, tensor([1], { dtype: "int32" })), /vjp: an input is int32; only float tensors/],
    ["argnums that do not exist", () => grad(sum, { argnums: 1 })(x()), /grad: argnums 1 must be the position of one of the 1/],
    ["fractional argnums", () => grad(sum, { argnums: 0.5 })(x()), /grad: argnums 0\.5/],
    ["argnums twice", () => grad(sum, { argnums: [0, 0] })(x()), /grad: argnums 0 .* each once/],
    ["an option of grad that is none", () => grad(sum, { argnum: 0 } as never), /grad: there is no option argnum; there are argnums/],
    ["a step of 0", () => checkGradients(exp, [{ data: [1], shape: [1] }], { step: 0 }), /checkGradients: step 0/],
    ["a fraction of elements", () => checkGradients(exp, [{ data: [1], shape: [1] }], { elements: 0.5 }), /checkGradients: elements 0\.5/],
  ])("are refused: %s", (_, f, message) => expect(f).toThrow(message)); // prettier-ignore

  it("of float16 go with functions of float16", async () => {
    const half = (values: number[]): Tensor => tensor(values, { dtype: "float16" });
    const [value, product] = jvp((t) => mul(t, t), [half([1, 2])], [half([1, 0.5])]);
    expect([value.dtype, product.dtype]).toEqual(["float16", "float16"]);
    expect(await product.toArray()).toEqual([2, 2]);
    const block = checkpoint((a: Tensor, _unused: Tensor) => mul(a, a));
    const [a, unused] = [leaf([2], "float16"), leaf([3], "float16")];
    backward(sum(block(a, unused)));
    expect(await a.grad?.toArray()).toEqual([4, 4]);
    expect(await unused.grad?.toArray()).toEqual([0, 0, 0]);
  });
});
