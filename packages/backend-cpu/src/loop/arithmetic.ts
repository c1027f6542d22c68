import type { BinaryInstruction, DType, UnaryInstruction } from "@minima/tensor";
import { vectorFunctions } from "../math/index.ts";
import { power, powerOfIntegers } from "../math/power.ts";
import { remainder } from "../math/remainder.ts";
import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { f32x4, i32x4, v128 } from "../wasm/index.ts";
import { divideIntegers, remainderOfIntegers } from "./integer-division.ts";

type Unary = (writer: VectorWriter, a: VectorLocal) => Vector;
type Binary = (writer: VectorWriter, a: VectorLocal, b: VectorLocal) => Vector;

/** How lanes are computed with: bool as masks, uint8 as int32 in [0, 255]. */
type Lanes = "float" | "signed" | "unsigned" | "byte" | "mask";

/** There is no float16 here. */
const lanesOf: Readonly<Partial<Record<DType, Lanes>>> = {
  float32: "float",
  int32: "signed",
  uint32: "unsigned",
  uint8: "byte",
  bool: "mask",
};

const unary: Readonly<Record<UnaryInstruction, Partial<Record<Lanes, Unary>>>> = {
  neg: { float: plain(f32x4.neg), signed: plain(i32x4.neg), unsigned: plain(i32x4.neg) },
  floor: { float: plain(f32x4.floor), signed: same, unsigned: same, byte: same },
  sqrt: { float: plain(f32x4.sqrt) },
  exp: { float: vectorFunctions.exp },
  log: { float: vectorFunctions.log },
  sin: { float: vectorFunctions.sin },
  cos: { float: vectorFunctions.cos },
  tanh: { float: vectorFunctions.tanh },
  atan: { float: vectorFunctions.atan },
  erf: { float: vectorFunctions.erf },
};

const binary: Readonly<Record<BinaryInstruction, Partial<Record<Lanes, Binary>>>> = {
  add: { float: plain(f32x4.add), signed: plain(i32x4.add), unsigned: plain(i32x4.add), byte: wrapped(i32x4.add) },
  sub: { float: plain(f32x4.sub), signed: plain(i32x4.sub), unsigned: plain(i32x4.sub), byte: wrapped(i32x4.sub) },
  mul: { float: plain(f32x4.mul), signed: plain(i32x4.mul), unsigned: plain(i32x4.mul), byte: wrapped(i32x4.mul) },
  div: { float: plain(f32x4.div), ...forIntegers(divideIntegers) },
  mod: { float: remainder, ...forIntegers(remainderOfIntegers) },
  pow: { float: power, signed: powerOfIntegers(true), unsigned: powerOfIntegers(false) },
  max: {
    float: extreme(f32x4.pmax),
    signed: plain(i32x4.max_s),
    unsigned: plain(i32x4.max_u),
    byte: plain(i32x4.max_s),
    mask: plain(v128.or),
  },
  min: {
    float: extreme(f32x4.pmin),
    signed: plain(i32x4.min_s),
    unsigned: plain(i32x4.min_u),
    byte: plain(i32x4.min_s),
    mask: plain(v128.and),
  },
  less: {
    float: plain(f32x4.lt),
    signed: plain(i32x4.lt_s),
    unsigned: plain(i32x4.lt_u),
    byte: plain(i32x4.lt_s),
    mask: (_, a, b) => v128.andnot(b, a),
  },
  equal: {
    float: plain(f32x4.eq),
    signed: plain(i32x4.eq),
    unsigned: plain(i32x4.eq),
    byte: plain(i32x4.eq),
    mask: plain(i32x4.eq),
  },
};

/** The value of a unary instruction on operands of `dtype`. */
export function unaryValue(writer: VectorWriter, op: UnaryInstruction, dtype: DType, a: VectorLocal): Vector {
  return (unary[op][lanesOf[dtype] ?? unsupported(op, dtype)] ?? unsupported(op, dtype))(writer, a);
}

/** The value of a binary instruction on operands of `dtype`. */
export function binaryValue(
  writer: VectorWriter,
  op: BinaryInstruction,
  dtype: DType,
  a: VectorLocal,
  b: VectorLocal,
): Vector {
  return (binary[op][lanesOf[dtype] ?? unsupported(op, dtype)] ?? unsupported(op, dtype))(writer, a, b);
}

function plain<Operands extends readonly Vector[]>(instruction: (...operands: Operands) => Vector) {
  return (_: VectorWriter, ...operands: Operands): Vector => instruction(...operands);
}

/**
 * Maximum or minimum that is NaN if one operand is, in three instructions (x86 has none for it, and engines make eight of f32x4.max):
 * pmax and pmin give NaN for a NaN in the first operand, and OR with a mask of ones makes NaN of one in the second.
 */
function extreme(instruction: (a: Vector, b: Vector) => Vector): Binary {
  return (writer, a, b) => {
    if (writer.isNumber(b)) return instruction(a, b);
    if (writer.isNumber(a)) return instruction(b, a);
    return v128.or(instruction(a, b), f32x4.ne(b, b));
  };
}

function wrapped(instruction: (a: Vector, b: Vector) => Vector): Binary {
  return (writer, a, b) => v128.and(instruction(a, b), writer.int(255));
}

function same(_: VectorWriter, a: VectorLocal): Vector {
  return a;
}

function forIntegers(operation: (signed: boolean) => Binary): Record<"signed" | "unsigned" | "byte", Binary> {
  return { signed: operation(true), unsigned: operation(false), byte: operation(true) };
}

export function unsupported(op: string, dtype: DType): never {
  throw new TypeError(`a loop kernel cannot compute ${op} of ${dtype}: the planner must cast its operands first`);
}
