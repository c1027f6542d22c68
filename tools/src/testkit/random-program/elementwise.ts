import * as T from "@minima/tensor";
import type { Step } from "./program-builder.ts";
import { type Value, fits, worstOf } from "./value.ts";

/** Functions of one float: how certain they leave it at best, and what they make of its limit. */
const unaries = [
  ["neg", "exact", (l: number) => l],
  ["abs", "exact", (l: number) => l],
  ["relu", "exact", (l: number) => l],
  ["square", "rounded", (l: number) => l * l],
  ["sigmoid", "rough", () => 1],
  ["tanh", "rough", () => 1],
  ["sin", "rough", () => 1],
  ["cos", "rough", () => 1],
  ["erf", "rough", () => 1],
  ["atan", "rough", () => 1.6],
  ["exp", "rough", (l: number) => Math.exp(l)],
  ["expm1", "rough", (l: number) => Math.exp(l)],
  ["asinh", "rough", (l: number) => l],
  ["erfc", "rough", () => 2],
  ["sinc", "rough", () => 1],
] as const;

export const unary: Step = (p) => {
  const x = p.float();
  if (x === undefined) return null;
  const [name, certainty, limit] = p.r.pick(unaries);
  return {
    tensor: T[name](x.tensor),
    certainty: worstOf(x.certainty, certainty),
    limit: limit(x.limit),
    text: name,
  };
};

/** Functions that are smooth only away from 0, of an argument that is kept away from it. */
export const positive: Step = (p) => {
  const x = p.float();
  if (x === undefined) return null;
  const above = T.add(T.abs(x.tensor), 0.25);
  const name = p.r.pick(["log", "sqrt", "rsqrt", "reciprocal", "log1p", "pow"] as const);
  const tensor = name === "pow" ? T.pow(above, p.r.pick([1.5, -0.5, 3, 2])) : T[name](above);
  const isRounded = name === "sqrt" || name === "reciprocal";
  const limit = name === "pow" ? (x.limit + 0.25) ** 3 + 2 : x.limit + 4;
  return {
    tensor,
    certainty: worstOf(x.certainty, isRounded ? "rounded" : "rough"),
    limit,
    text: `${name} of |x| + ¼`,
  };
};

export const binary: Step = (p) => {
  const a = p.float();
  if (a === undefined) return null;
  const b = p.float((value) => fits(a.tensor.shape, value.tensor.shape));
  const number = p.r.signed();
  const isNumber = p.r.chance(0.3) || b === undefined;
  const [other, bound, certainty] = isNumber
    ? [number, Math.abs(number), "exact" as const]
    : [b.tensor, b.limit, b.certainty];
  const name = p.r.pick(["add", "sub", "mul", "maximum", "minimum", "div", "lerp"] as const);
  const text = `${name}${isNumber ? " number" : ""}`;
  const known = worstOf(a.certainty, certainty);
  switch (name) {
    case "div": {
      const divisor = T.add(T.abs(other), 0.5);
      return { tensor: T.div(a.tensor, divisor), certainty: worstOf(known, "rounded"), limit: 2 * a.limit, text };
    }
    case "lerp":
      return {
        tensor: T.lerp(a.tensor, other, 0.3),
        certainty: worstOf(known, "rounded"),
        limit: a.limit + bound,
        text,
      };
    default: {
      const isChoice = name === "maximum" || name === "minimum";
      const limit = name === "mul" ? a.limit * bound : isChoice ? Math.max(a.limit, bound) : a.limit + bound;
      return {
        tensor: T[name](a.tensor, other),
        certainty: worstOf(known, isChoice ? "exact" : "rounded"),
        limit,
        text,
      };
    }
  }
};

/** A choice that is continuous where the two meet, so that rounding cannot jump; or a sharp one by exact numbers. */
export const choose: Step = (p) => {
  const a = p.float();
  if (a === undefined) return null;
  const b = p.float((value) => fits(a.tensor.shape, value.tensor.shape)) ?? a;
  const limit = Math.max(a.limit, b.limit);
  const certainty = worstOf(a.certainty, b.certainty);
  const shape = T.broadcastShapes("where", a.tensor.shape, b.tensor.shape);
  const sharp = p.pick((value) => value.certainty === "exact" && fits(shape, value.tensor.shape));
  if (sharp === undefined || p.r.chance(0.4)) {
    return { tensor: T.where(T.less(a.tensor, b.tensor), b.tensor, a.tensor), certainty, limit, text: "where less" };
  }
  const condition = sharp.tensor.dtype === "bool" ? sharp.tensor : T.greater(sharp.tensor, 0);
  return { tensor: T.where(condition, a.tensor, b.tensor), certainty, limit, text: "where" };
};

export const limited: Step = (p) => {
  const x = p.float();
  if (x === undefined) return null;
  const bounds = p.r.pick([{ min: -0.5 }, { max: 0.25 }, { min: -0.5, max: 0.75 }]);
  return { tensor: T.clamp(x.tensor, bounds), certainty: x.certainty, limit: x.limit, text: "clamp" };
};

/** What jumps: of exact numbers only. */
export const stepwise: Step = (p) => {
  const isExact = (value: Value): boolean => value.certainty === "exact";
  const x = p.float(isExact);
  if (x === undefined) return null;
  const name = p.r.pick(["floor", "ceil", "trunc", "round", "sign", "remainder", "fmod"] as const);
  const twice = T.mul(x.tensor, 4); // exact
  const y = p.float((value) => isExact(value) && fits(x.tensor.shape, value.tensor.shape)) ?? x;
  const divisor = T.where(T.equal(y.tensor, 0), 1, y.tensor);
  const tensor = name === "remainder" || name === "fmod" ? T[name](twice, divisor) : T[name](twice);
  // What is divided by a subnormal number leaves a remainder that is one.
  return { tensor, certainty: "exact", limit: 4 * x.limit, text: name };
};
