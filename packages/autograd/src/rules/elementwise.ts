import {
  type BinaryPrimitive,
  type Tensor,
  type UnaryPrimitive,
  add,
  cast,
  cos,
  div,
  equal,
  exp,
  floorDivide,
  less,
  log,
  mul,
  neg,
  pow,
  sin,
  square,
  sub,
  where,
} from "@minima/tensor";
import { type NotDifferentiable, type Rule, notDifferentiable } from "./rule.ts";

type Kind = UnaryPrimitive | BinaryPrimitive | "cast" | "where" | "fill" | "iota" | "randomBits" | "leaf";

/** Element-wise primitives: g · f'(x), with x an input and y the output. */
export const elementwise: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  neg: ({ gradient: g }) => [neg(g)],
  floor: notDifferentiable("floor is constant between integers"),
  exp: ({ gradient: g, output: y }) => [mul(g, y)],
  log: ({ gradient: g, inputs: [x] }) => [div(g, x)],
  sqrt: ({ gradient: g, output: y }) => [div(mul(g, 0.5), y)],
  sin: ({ gradient: g, inputs: [x] }) => [mul(g, cos(x))],
  cos: ({ gradient: g, inputs: [x] }) => [neg(mul(g, sin(x)))],
  tanh: ({ gradient: g, output: y }) => [mul(g, sub(1, square(y)))],
  atan: ({ gradient: g, inputs: [x] }) => [div(g, add(square(x), 1))],
  erf: ({ gradient: g, inputs: [x] }) => [mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))],
  cast: ({ node, gradient: g }) => [cast(g, node.inputs[0].dtype)],

  add: ({ gradient: g }) => [g, g],
  sub: ({ gradient: g, wants }) => [g, wants(1) ? neg(g) : null],
  mul: ({ gradient: g, inputs: [a, b], wants }) => [wants(0) ? mul(g, b) : null, wants(1) ? mul(g, a) : null],
  div: ({ gradient: g, inputs: [, b], output: y, wants }) => {
    const scaled = div(g, b);
    return [scaled, wants(1) ? neg(mul(scaled, y)) : null];
  },
  // a^b: b·a^(b-1), which is 0 for b = 0 even at a = 0; and a^b·log a, which is 0 at a = 0.
  pow: ({ gradient: g, inputs: [a, b], output: y, wants }) => [
    wants(0) ? where(equal(b, 0), 0, mul(g, mul(b, pow(a, sub(b, 1))))) : null,
    wants(1) ? where(equal(a, 0), 0, mul(g, mul(y, log(a)))) : null,
  ],
  mod: ({ gradient: g, inputs: [a, b], wants }) => [g, wants(1) ? neg(mul(g, floorDivide(a, b))) : null],
  // Where the operands are equal the second one takes it all; `maximum` and `minimum` build on that.
  max: ({ gradient: g, inputs: [a, b], wants }) => split(g, less(b, a), wants),
  min: ({ gradient: g, inputs: [a, b], wants }) => split(g, less(a, b), wants),
  less: notDifferentiable("comparisons are constant but for jumps"),
  equal: notDifferentiable("comparisons are constant but for jumps"),
  where: ({ gradient: g, inputs: [condition], wants }) => [
    null,
    wants(1) ? where(condition, g, 0) : null,
    wants(2) ? where(condition, 0, g) : null,
  ],

  fill: () => [],
  iota: () => [],
  leaf: () => [],
  randomBits: notDifferentiable("random bits are integers"),
};

/** The gradient for the first operand where `first` holds, for the second elsewhere. */
function split(g: Tensor, first: Tensor, wants: (input: number) => boolean): (Tensor | null)[] {
  return [wants(0) ? where(first, g, 0) : null, wants(1) ? where(first, 0, g) : null];
}
