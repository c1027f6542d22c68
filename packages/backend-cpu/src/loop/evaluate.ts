import { type Affine, type DType, type Instruction, type LoopStep, valueDType } from "@minima/tensor";
import { expBelow } from "../math/exp.ts";
import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { i32, i32x4, v128, type Local } from "../wasm/index.ts";
import { binaryValue, unaryValue } from "./arithmetic.ts";
import { castValue } from "./cast.ts";
import type { Cursors } from "./cursors.ts";
import { elementBytes } from "./element.ts";
import type { Segment } from "./lanes.ts";
import { loadGuarded, loadLanes, type LaneAddress } from "./memory.ts";
import { laneCount, laneStride, type Nest } from "./nest.ts";
import { isNotPositive } from "./not-positive.ts";
import type { Placement } from "./placement.ts";
import { threefry } from "./random-bits.ts";
import type { Values } from "./values.ts";

/** What the code of instructions refers to. */
export interface KernelContext {
  readonly step: LoopStep;
  readonly nest: Nest;
  readonly places: readonly Placement[];
  readonly writer: VectorWriter;
  readonly cursors: Cursors;
  readonly slotPointer: (slot: number) => Local<"i32">;
  readonly scalarsPointer: Local<"i32">;
}

/** Computes an instruction, once for each copy if it differs from lane to lane. */
export function evaluate(context: KernelContext, index: number, values: Values, segment: Segment): void {
  const instruction = context.step.instructions[index];
  if (instruction.op === "constant") {
    values.set(index, [constantValue(context.writer, instruction)]);
    return;
  }
  const copies = context.places[index].lane ? segment.copies : 1;
  const results = Array.from({ length: copies }, (_, copy) =>
    context.writer.let(valueOf(context, index, (operand) => values.get(operand, copy), copy, segment)),
  );
  values.set(index, results);
}

function valueOf(
  context: KernelContext,
  index: number,
  value: (operand: number) => VectorLocal,
  copy: number,
  segment: Segment,
): Vector {
  const { writer, step } = context;
  const instruction = step.instructions[index];
  const operandDType = (operand: number): DType => valueDType(step.instructions[operand]);
  switch (instruction.op) {
    case "load":
      return loadValue(context, instruction, value, copy, segment);
    case "scalar":
      return scalarValue(context, instruction);
    case "constant":
      return constantValue(writer, instruction);
    case "index":
      return indexValue(context, instruction, copy);
    case "inside":
      return insideValue(context, instruction.bounds, copy);
    case "where":
      return writer.choose(value(instruction.a), value(instruction.b), value(instruction.c));
    case "cast":
      return castValue(writer, operandDType(instruction.a), instruction.dtype, value(instruction.a));
    case "randomBits": {
      const first = i32x4.add(value(instruction.counter), value(instruction.index));
      return threefry(writer, [value(instruction.key0), value(instruction.key1)], [first, value(instruction.high)]);
    }
    case "reduced":
      throw new Error(`the result of reduction ${instruction.id} is used before the phase that folds it`);
    default: {
      const dtype = operandDType(instruction.a);
      if ("b" in instruction) {
        return binaryValue(writer, instruction.op, dtype, value(instruction.a), value(instruction.b));
      }
      if (instruction.op === "exp" && isNotPositive(step, instruction.a)) return expBelow(writer, value(instruction.a));
      return unaryValue(writer, instruction.op, dtype, value(instruction.a));
    }
  }
}

/** Elements of one copy that an access names. */
export function laneAddress(
  { nest, cursors }: KernelContext,
  access: Affine & { readonly dtype: DType },
  copy: number,
  { lanes }: Segment,
): LaneAddress {
  const { cursor, offset } = cursors.positionOf(access);
  const stride = laneStride(nest, access);
  const { dtype } = access;
  const toCopy = copy * laneCount * stride * elementBytes(dtype);
  return { dtype, pointer: cursor.local, offset: offset + toCopy, stride, lanes };
}

function loadValue(
  context: KernelContext,
  load: Instruction & { readonly op: "load" },
  value: (operand: number) => VectorLocal,
  copy: number,
  segment: Segment,
): Vector {
  const { writer, places } = context;
  const address = laneAddress(context, load, copy, segment);
  if (load.guard === undefined) return loadLanes(writer, address);
  return loadGuarded(writer, address, value(load.guard), places[load.guard].lane, context.slotPointer(load.slot));
}

function scalarValue(
  { writer, scalarsPointer }: KernelContext,
  { index, dtype }: Instruction & { op: "scalar" },
): Vector {
  const word = v128.load32_splat(scalarsPointer, index * 4);
  return dtype === "bool" ? i32x4.ne(word, writer.int(0)) : word;
}

function constantValue(writer: VectorWriter, { value, dtype }: Instruction & { op: "constant" }): VectorLocal {
  if (dtype === "float32") return writer.float(value);
  return writer.int(dtype === "bool" ? -Number(value !== 0) : value);
}

function indexValue({ writer, nest, cursors }: KernelContext, affine: Affine, copy: number): Vector {
  const { cursor, offset } = cursors.positionOf(affine);
  const stride = laneStride(nest, affine);
  const first = i32x4.splat(i32.add(cursor.local, offset | 0));
  if (stride === 0) return first;
  const lanes = [0, 1, 2, 3].map((lane) => (copy * laneCount + lane) * stride);
  return i32x4.add(first, writer.int(...lanes));
}

function insideValue(
  context: KernelContext,
  bounds: readonly (Affine & { readonly extent: number })[],
  copy: number,
): Vector {
  const { writer } = context;
  // Unsigned, a negative index is larger than every extent.
  const tests = bounds.map((bound) => i32x4.lt_u(indexValue(context, bound, copy), writer.int(bound.extent)));
  return tests.length === 0 ? writer.int(-1) : tests.reduce((a, b) => v128.and(a, b));
}
