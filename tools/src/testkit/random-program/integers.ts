import * as T from "@minima/tensor";
import type { Step } from "./program-builder.ts";
import { fits } from "./value.ts";

/** From one dtype to another; what has a fraction only if it is exact. */
export const cast: Step = (p) => {
  const x = p.pick(({ certainty }) => certainty === "exact");
  if (x === undefined) return null;
  const dtype = p.r.pick(["float32", "int32", "uint32", "uint8", "bool"] as const);
  // Beyond what a byte, and sometimes what an int32, holds.
  const scale = p.r.pick([1, 7, 300, 2 ** 31]);
  const isScaled = x.tensor.dtype === "float32" && dtype !== "bool" && dtype !== "float32";
  const source = isScaled ? T.mul(x.tensor, scale / 0.75) : x.tensor;
  const isCounted = dtype === "float32" && x.tensor.dtype !== "float32" && x.tensor.dtype !== "bool";
  // Integers of the program may have become as large as they can.
  const tensor = isCounted ? T.mul(T.cast(source, dtype), 2 ** -32) : T.cast(source, dtype);
  return {
    tensor,
    certainty: "exact",
    limit: dtype === "float32" ? x.limit + 1 : 2 ** 32,
    text: `cast from ${x.tensor.dtype}`,
  };
};

/** Integers at the ends of dtypes, and beyond. */
const extremes = [0, 1, -1, 255, 256, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32];

/** One number everywhere, also such as the dtype does not hold. */
export const constant: Step = (p) => {
  const { shape } = p.r.pick(p.values).tensor;
  const dtype = p.r.pick(["float32", "int32", "uint32", "uint8", "bool"] as const);
  const isFloat = dtype === "float32";
  const value = p.r.pick(isFloat ? [0, -0, 0.1, -2.7, 1] : [...extremes, 0.5, -2.7, NaN, Infinity, -Infinity]);
  const tensor = p.r.chance(0.5) ? T.full(shape, value, { dtype }) : T.cast(T.full(shape, value), dtype);
  return { tensor, certainty: "exact", limit: isFloat ? 3 : 2 ** 32, text: `${dtype} everywhere ${value}` };
};

export const integerArithmetic: Step = (p) => {
  const a = p.integer();
  if (a === undefined) return null;
  const b = p.integer(({ tensor }) => tensor.dtype === a.tensor.dtype && fits(a.tensor.shape, tensor.shape)) ?? a;
  const name = p.r.pick([
    "add", "sub", "mul", "maximum", "minimum", "floorDivide", "remainder", "fmod", "sum", "prod", "pow", "number", "clamp", "pad",
  ] as const); // prettier-ignore
  const make = (tensor: T.Tensor) => ({ tensor, certainty: "exact" as const, limit: 2 ** 32, text: name });
  switch (name) {
    case "sum":
    case "prod":
      return a.tensor.ndim === 0 ? null : make(T[name](a.tensor, { axis: p.axesOf(a.tensor) }));
    case "pow":
      return make(T.pow(a.tensor, p.r.chance(0.5) ? p.r.between(0, 12) : b.tensor));
    case "number":
      return make(T[p.r.pick(["add", "sub", "mul", "maximum", "minimum"] as const)](a.tensor, p.r.pick(extremes)));
    case "clamp":
      return make(T.clamp(a.tensor, { min: p.r.pick(extremes), max: p.r.pick(extremes) }));
    case "pad":
      if (a.tensor.ndim === 0 || a.tensor.size > 2000) return null;
      return make(T.pad(a.tensor, [p.r.between(-1, 2), 1], { value: p.r.pick(extremes) }));
    case "floorDivide":
    case "remainder":
    case "fmod":
      return make(T[name](a.tensor, p.r.chance(0.5) ? p.r.between(1, 9) : b.tensor));
    default:
      return make(T[name](a.tensor, b.tensor));
  }
};

export const comparison: Step = (p) => {
  const a = p.exactNumber();
  if (a === undefined) return null;
  const b = p.exactNumber(({ tensor }) => tensor.dtype === a.tensor.dtype && fits(a.tensor.shape, tensor.shape)) ?? a;
  const name = p.r.pick(["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual"] as const);
  const other = p.r.chance(0.3) ? p.r.pick([...extremes, 0.5, -0.25, NaN, Infinity]) : b.tensor;
  return { tensor: T[name](a.tensor, other), certainty: "exact", limit: 1, text: name };
};

export const logic: Step = (p) => {
  const a = p.pick(({ tensor }) => tensor.dtype === "bool");
  if (a === undefined) return null;
  const b = p.pick(({ tensor }) => tensor.dtype === "bool" && fits(a.tensor.shape, tensor.shape)) ?? a;
  const name = p.r.pick(["logicalAnd", "logicalOr", "logicalXor", "logicalNot"] as const);
  const tensor = name === "logicalNot" ? T.logicalNot(a.tensor) : T[name](a.tensor, b.tensor);
  return { tensor, certainty: "exact", limit: 1, text: name };
};

/** Random numbers, whose bits are the same on every device. */
export const drawn: Step = (p) => {
  const shape = p.r.pick(p.values).tensor.shape;
  const generator = new T.Generator(p.r.below(2 ** 31));
  const name = p.r.pick(["uniform", "normal", "bernoulli", "randint", "permutation", "dropout"] as const);
  const make = (tensor: T.Tensor, limit = 1) => ({ tensor, certainty: "exact" as const, limit, text: name });
  switch (name) {
    case "uniform":
      return make(T.random.uniform(shape, { generator }));
    case "bernoulli":
      return make(T.random.bernoulli(shape, { generator, p: 0.3 }));
    case "randint":
      return make(T.random.randint(shape, { generator, low: -5, high: 100 }), 100);
    case "permutation":
      return make(T.random.permutation(p.r.between(1, 40), { generator }), 40);
    case "normal":
      return { ...make(T.random.normal(shape, { generator }), 6), certainty: "rough" };
    case "dropout": {
      const x = p.float();
      if (x === undefined) return null;
      const kept = T.random.bernoulli(x.tensor.shape, { generator, p: 0.5 });
      return { ...x, tensor: T.where(kept, T.mul(x.tensor, 2), 0), limit: 2 * x.limit, text: name };
    }
  }
};
