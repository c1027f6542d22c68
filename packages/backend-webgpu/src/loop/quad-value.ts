import { type Affine, type DType, type Instruction, isFloat, valueDType } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { valueType } from "../kernel/value-type.ts";
import { isRounded } from "./arithmetic.ts";
import { castValue } from "./cast.ts";
import { type Fold, combine } from "./fold.ts";
import { type InstructionContext, instructionValue } from "./instruction-value.ts";
import type { Quads } from "./quads.ts";

const components = ["x", "y", "z", "w"] as const;

/** A value at four points: `vec4<type>` of what `component` says of each. */
export function quadOf(dtype: DType, component: (number: number) => string): string {
  return `vec4<${valueType[dtype]}>(${components.map((_, number) => component(number)).join(", ")})`;
}

/** A single value as a quad. */
export function splat(dtype: DType, value: string): string {
  return `vec4<${valueType[dtype]}>(${value})`;
}

/** Component of a quad of this name. */
export function componentOf(name: string, number: number): string {
  return `${name}.${components[number]}`;
}

/** Operators of WGSL that take vec4s as they take single values, and give the same; the rest goes by components. */
const operators: Partial<Record<Instruction["op"], string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  less: "<",
  equal: "==",
};

/** The value of an instruction other than a load at four points, of which the context has quads and single values. */
export function quadValue(
  writer: KernelWriter,
  instruction: Computed,
  context: InstructionContext,
  { isVector, loop }: Quads,
): string {
  const { valueOf, dtypeOf } = context;
  const asQuad = (index: number): string => (isVector[index] ? valueOf(index) : splat(dtypeOf(index), valueOf(index)));
  const rounded = (quad: string, dtype: DType): string =>
    isRounded(instruction.op, dtype) ? quadCast(writer, "float32", dtype, quad) : quad;
  switch (instruction.op) {
    case "where":
      return `select(${asQuad(instruction.c)}, ${asQuad(instruction.b)}, ${asQuad(instruction.a)})`;
    case "neg":
      if (instruction.dtype !== "uint32") return `(-${asQuad(instruction.a)})`;
      break;
    case "sqrt":
      return rounded(`sqrt(${asQuad(instruction.a)})`, instruction.dtype);
    case "cast":
      return quadCast(writer, dtypeOf(instruction.a), instruction.dtype, asQuad(instruction.a));
    default: {
      const operator = operators[instruction.op];
      if (operator === undefined || !("b" in instruction)) break;
      const { op, a, b } = instruction;
      const dtype = dtypeOf(a);
      const isPlain = op === "div" ? isFloat(dtype) : dtype !== "bool" && dtype !== "uint8";
      if (isPlain) return rounded(`(${asQuad(a)} ${operator} ${asQuad(b)})`, dtype);
    }
  }
  return quadOf(valueDType(instruction), (number) =>
    instructionValue(writer, moved(instruction, loop, number), {
      ...context,
      valueOf: (index) => (isVector[index] ? componentOf(valueOf(index), number) : valueOf(index)),
    }),
  );
}

/** A quad in another dtype. */
export function quadCast(writer: KernelWriter, from: DType, to: DType, quad: string): string {
  if (from === to) return quad;
  if (from === "float16") return quadCast(writer, "float32", to, quad);
  if (to === "float16") return `${writer.use("float16_from_vec4f")}(${quadCast(writer, from, "float32", quad)})`;
  if (to !== "bool" && to !== "uint8" && from !== "float32") return `vec4<${valueType[to]}>(${quad})`;
  const name = writer.let(quad);
  return quadOf(to, (number) => castValue(writer, from, to, componentOf(name, number)));
}

/** Folds one quad into another, component by component. */
export function combineQuads(writer: KernelWriter, fold: Fold, a: string, b: string): string {
  if (fold.kind === "sum" && fold.dtype !== "uint8" && fold.dtype !== "bool") return `(${a} + ${b})`;
  return quadOf(fold.dtype, (number) => combine(writer, fold, componentOf(a, number), componentOf(b, number)));
}

/** Folds the components of a quad of this name. */
export function combineComponents(writer: KernelWriter, fold: Fold, name: string): string {
  const [x, y, z, w] = components.map((_, number) => componentOf(name, number));
  const [low, high] = [writer.let(combine(writer, fold, x, y)), writer.let(combine(writer, fold, z, w))];
  return combine(writer, fold, low, high);
}

type Computed = Exclude<Instruction, { op: "load" }>;

/** An instruction as it is some points further on along a loop. */
function moved(instruction: Computed, loop: number, by: number): Computed {
  if (instruction.op === "index") return movedAffine(instruction, loop, by);
  if (instruction.op !== "inside") return instruction;
  return { ...instruction, bounds: instruction.bounds.map((bound) => movedAffine(bound, loop, by)) };
}

/** An affine function of the loop variables as it is some points further on along a loop. */
export function movedAffine<A extends Affine>(affine: A, loop: number, by: number): A {
  return { ...affine, offset: affine.offset + by * affine.strides[loop] };
}
