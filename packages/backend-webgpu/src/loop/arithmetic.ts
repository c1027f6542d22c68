import { type BinaryInstruction, type DType, MinimaError, type UnaryInstruction } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { LibraryFunction } from "../math/library.ts";
import { castValue } from "./cast.ts";

/** An expression made of operands that are names or literals. */
type Unary = (writer: KernelWriter, a: string) => string;
type Binary = (writer: KernelWriter, a: string, b: string) => string;

const unary: Readonly<Record<UnaryInstruction, Partial<Record<DType, Unary>>>> = {
  neg: { float32: prefix("-"), int32: prefix("-"), uint32: (_, a) => `(0u - ${a})` },
  floor: { float32: (_, a) => `floor(${a})`, int32: same, uint32: same, uint8: same },
  sqrt: { float32: (_, a) => `sqrt(${a})` },
  exp: { float32: call("exp_f32") },
  log: { float32: call("log_f32") },
  sin: { float32: call("sin_f32") },
  cos: { float32: call("cos_f32") },
  tanh: { float32: call("tanh_f32") },
  atan: { float32: call("atan_f32") },
  erf: { float32: call("erf_f32") },
};

const binary: Readonly<Record<BinaryInstruction, Partial<Record<DType, Binary>>>> = {
  add: { float32: infix("+"), int32: infix("+"), uint32: infix("+"), uint8: wrapped("+") },
  sub: { float32: infix("-"), int32: infix("-"), uint32: infix("-"), uint8: wrapped("-") },
  mul: { float32: infix("*"), int32: infix("*"), uint32: infix("*"), uint8: wrapped("*") },
  div: { float32: infix("/"), int32: call("div_i32"), uint32: call("div_u32"), uint8: call("div_u32") },
  mod: { float32: call("mod_f32"), int32: call("mod_i32"), uint32: call("mod_u32"), uint8: call("mod_u32") },
  pow: { float32: call("pow_f32"), int32: call("pow_i32"), uint32: call("pow_u32") },
  max: { float32: call("max_f32"), int32: builtin("max"), uint32: builtin("max"), uint8: builtin("max"), bool: infix("||") },
  min: { float32: call("min_f32"), int32: builtin("min"), uint32: builtin("min"), uint8: builtin("min"), bool: infix("&&") },
  less: { float32: infix("<"), int32: infix("<"), uint32: infix("<"), uint8: infix("<"), bool: (_, a, b) => `(!${a} && ${b})` },
  equal: { float32: infix("=="), int32: infix("=="), uint32: infix("=="), uint8: infix("=="), bool: infix("==") },
}; // prettier-ignore

/** Instructions that need no rounding: of float16 they give float16. */
const exact: ReadonlySet<string> = new Set(["neg", "floor", "max", "min", "less", "equal"]);

/** Whether what an instruction gives has to be rounded: float16 has the arithmetic of float32. */
export function isRounded(op: string, dtype: DType): boolean {
  return dtype === "float16" && !exact.has(op);
}

/** The value of a unary instruction on an operand of `dtype`. */
export function unaryValue(writer: KernelWriter, op: UnaryInstruction, dtype: DType, a: string): string {
  return rounded(writer, op, dtype, (unary[op][computedIn(dtype)] ?? unsupported(op, dtype))(writer, a));
}

/** The value of a binary instruction on operands of `dtype`. */
export function binaryValue(writer: KernelWriter, op: BinaryInstruction, dtype: DType, a: string, b: string): string {
  return rounded(writer, op, dtype, (binary[op][computedIn(dtype)] ?? unsupported(op, dtype))(writer, a, b));
}

function computedIn(dtype: DType): DType {
  return dtype === "float16" ? "float32" : dtype;
}

function rounded(writer: KernelWriter, op: string, dtype: DType, value: string): string {
  return isRounded(op, dtype) ? castValue(writer, "float32", dtype, value) : value;
}

function infix(operator: string): Binary {
  return (_, a, b) => `(${a} ${operator} ${b})`;
}

function prefix(operator: string): Unary {
  return (_, a) => `(${operator}${a})`;
}

function builtin(name: string): Binary {
  return (_, a, b) => `${name}(${a}, ${b})`;
}

function wrapped(operator: string): Binary {
  return (_, a, b) => `((${a} ${operator} ${b}) & 255u)`;
}

function call(name: LibraryFunction) {
  return (writer: KernelWriter, ...operands: string[]): string => `${writer.use(name)}(${operands.join(", ")})`;
}

function same(_: KernelWriter, a: string): string {
  return a;
}

function unsupported(op: string, dtype: DType): never {
  throw new MinimaError(
    `webgpu: a loop kernel cannot compute ${op} of ${dtype}: the planner must cast its operands first`,
  );
}
