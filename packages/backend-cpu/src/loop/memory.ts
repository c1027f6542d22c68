import type { DType } from "@minima/tensor";
import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { i16x8, i32, i32x4, i8x16, select, shuffle, v128, type Expression, type Local } from "../wasm/index.ts";
import { elementBytes, isByte } from "./element.ts";

/** Elements of one dtype at a fixed distance in memory, one for each lane in use. */
export interface LaneAddress {
  readonly dtype: DType;
  readonly pointer: Local<"i32">;
  /** Bytes from the pointer to the element of lane 0; may be negative. */
  readonly offset: number;
  /** Elements from one lane to the next; 0 if all lanes hold the same element. */
  readonly stride: number;
  /** How many lanes are in use; loads may put anything into the others. */
  readonly lanes: number;
}

interface Resolved {
  readonly base: Expression<"i32">;
  /** Constant byte offset from the base to each lane; not negative, as the instructions demand it. */
  readonly offsets: number[];
}

function resolve({ dtype, pointer, offset, stride, lanes }: LaneAddress): Resolved {
  const offsets = Array.from({ length: lanes }, (_, lane) => offset + lane * stride * elementBytes(dtype));
  const lowest = Math.min(...offsets);
  if (lowest >= 0) return { base: pointer, offsets };
  return { base: i32.add(pointer, lowest | 0), offsets: offsets.map((each) => each - lowest) };
}

/** Loads elements into lanes: numbers as they are, uint8 as int32, bool as a mask. */
export function loadLanes(writer: VectorWriter, address: LaneAddress): VectorLocal {
  const { dtype } = address;
  if (!isByte(dtype)) return writer.let(loadWords(writer, address));
  const words = writer.let(loadBytes(writer, address));
  return dtype === "bool" ? writer.let(i32x4.ne(words, writer.int(0))) : words;
}

function loadWords(writer: VectorWriter, address: LaneAddress): Vector {
  const { stride, lanes } = address;
  const { base, offsets } = resolve(address);
  if (stride === 0) return v128.load32_splat(base, offsets[0]);
  if (stride === 1) {
    if (lanes === 4) return v128.load(base, offsets[0]);
    if (lanes === 2) return v128.load64_zero(base, offsets[0]);
    if (lanes === 3) return v128.load32_lane(2, base, v128.load64_zero(base, offsets[0]), offsets[2]);
  }
  if (stride === -1 && lanes === 4) {
    const backwards = writer.let(v128.load(base, offsets[3]));
    return shuffle(backwards, backwards, [3, 2, 1, 0]);
  }
  return offsets.reduce<Vector | null>(
    (vector, offset, lane) =>
      vector === null ? v128.load32_zero(base, offset) : v128.load32_lane(lane, base, vector, offset),
    null,
  ) as Vector;
}

function loadBytes(writer: VectorWriter, address: LaneAddress): Vector {
  const { stride, lanes } = address;
  const { base, offsets } = resolve(address);
  if (stride === 0) return i32x4.splat(i32.load8_u(base, offsets[0]));
  const bytes =
    stride === 1 && lanes === 4
      ? v128.load32_zero(base, offsets[0])
      : offsets.reduce<Vector>((vector, offset, lane) => v128.load8_lane(lane, base, vector, offset), writer.int(0));
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
}

/** As `loadLanes`, but lanes where `guard` is false are 0 and their elements are not touched. */
export function loadGuarded(
  writer: VectorWriter,
  guarded: LaneAddress,
  guard: VectorLocal,
  /** Whether the guard differs from lane to lane. */
  guardVaries: boolean,
  /** An address that may always be read. */
  safe: Local<"i32">,
): VectorLocal {
  const { f } = writer;
  // The pointer may lie before address 0, where adding a constant offset in the load would overflow instead of wrapping.
  const pointer = guarded.offset === 0 ? guarded.pointer : f.let(i32.add(guarded.pointer, guarded.offset | 0));
  const address = { ...guarded, pointer, offset: 0 };
  const result = f.local("v128");
  const otherwise = (): void => void f.set(result, writer.int(0));
  if (!guardVaries) {
    f.if(i32x4.extract_lane(guard, 0), () => f.set(result, loadLanes(writer, address)), otherwise);
  } else if (address.stride === 0) {
    const load = (): void => void f.set(result, v128.and(loadLanes(writer, address), guard));
    const inUse = (1 << address.lanes) - 1;
    f.if(i32.and(i32x4.bitmask(guard), inUse), load, otherwise);
  } else {
    f.if(
      i32x4.all_true(guard),
      () => f.set(result, loadLanes(writer, address)),
      () => f.set(result, v128.and(loadEach(writer, address, guard, safe), guard)),
    );
  }
  return result;
}

/** One lane after the other, from the safe address where the guard is false. */
function loadEach(writer: VectorWriter, address: LaneAddress, guard: VectorLocal, safe: Local<"i32">): VectorLocal {
  const { f } = writer;
  const { base, offsets } = resolve(address);
  const result = writer.let(writer.int(0));
  offsets.forEach((offset, lane) => {
    const from = select(i32x4.extract_lane(guard, lane), i32.add(base, offset | 0), safe);
    if (isByte(address.dtype)) f.set(result, i32x4.replace_lane(result, lane, i32.load8_u(from)));
    else f.set(result, v128.load32_lane(lane, from, result));
  });
  return address.dtype === "bool" ? writer.let(i32x4.ne(result, writer.int(0))) : result;
}

/** Stores the lanes in use; masks become 0 or 1, uint8 the low byte of each lane. */
export function storeLanes(writer: VectorWriter, address: LaneAddress, value: VectorLocal): void {
  const { f } = writer;
  const { stride, lanes } = address;
  const { base, offsets } = resolve(address);
  const bytes = isByte(address.dtype);
  const stored = bytes ? writer.let(toBytes(writer, address.dtype, value)) : value;
  if (stride === 1 && lanes === 4) {
    if (bytes) f.storeLane("v128.store32_lane", 0, base, stored, offsets[0]);
    else f.store("v128.store", base, stored, offsets[0]);
    return;
  }
  offsets.forEach((offset, lane) =>
    f.storeLane(bytes ? "v128.store8_lane" : "v128.store32_lane", lane, base, stored, offset),
  );
}

/** The low bytes of the four lanes, packed into the first four bytes. */
function toBytes(writer: VectorWriter, dtype: DType, value: Vector): Vector {
  const words = writer.let(v128.and(value, writer.int(dtype === "bool" ? 1 : 255)));
  const halves = writer.let(i16x8.narrow_i32x4_u(words, words));
  return i8x16.narrow_i16x8_u(halves, halves);
}
