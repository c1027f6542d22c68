import type { DType } from "@minima/tensor";
import {
  f32,
  f32x4,
  i32,
  i32x4,
  i8x16,
  v128,
  type Expression,
  type FunctionBuilder,
  type Local,
} from "../wasm/index.ts";

/** How elements of a dtype lie in memory, and what one of them is in a computation. */
export interface Element {
  readonly bytes: 1 | 4;
  /** Bytes count as integers from 0 to 255. */
  readonly kind: "float" | "signed" | "unsigned" | "byte";
}

export function elementOf(dtype: DType): Element {
  switch (dtype) {
    case "float32":
      return { bytes: 4, kind: "float" };
    case "int32":
      return { bytes: 4, kind: "signed" };
    case "uint32":
      return { bytes: 4, kind: "unsigned" };
    case "uint8":
    case "bool":
      return { bytes: 1, kind: "byte" };
    case "float16":
      throw new TypeError("cpu: there is no float16 here: tensors of it must be refused");
  }
}

/** The bits of an element. */
export function loadBits({ bytes }: Element, address: Expression<"i32">, offset = 0): Expression<"i32"> {
  return bytes === 4 ? i32.load(address, offset) : i32.load8_u(address, offset);
}

export function storeBits(
  f: FunctionBuilder,
  { bytes }: Element,
  address: Expression<"i32">,
  bits: Expression<"i32">,
  offset = 0,
): void {
  f.store(bytes === 4 ? "i32.store" : "i32.store8", address, bits, offset);
}

/** The bits of four adjacent elements; bytes are in the lowest lane. */
export function loadFour({ bytes }: Element, address: Expression<"i32">): Expression<"v128"> {
  return bytes === 4 ? v128.load(address) : v128.load32_zero(address);
}

export function storeFour(
  f: FunctionBuilder,
  { bytes }: Element,
  address: Expression<"i32">,
  four: Local<"v128">,
): void {
  if (bytes === 4) f.store("v128.store", address, four);
  else f.storeLane("v128.store32_lane", 0, address, four);
}

/** Adds an element to the one at an address; integers wrap around. */
export function addTo(f: FunctionBuilder, element: Element, address: Local<"i32">, source: Expression<"i32">): void {
  if (element.kind === "float") f.store("f32.store", address, f32.add(f32.load(address), f32.load(source)));
  else storeBits(f, element, address, i32.add(loadBits(element, address), loadBits(element, source)));
}

/** Adds four adjacent elements to those at an address. */
export function addFourTo(
  f: FunctionBuilder,
  element: Element,
  address: Local<"i32">,
  source: Expression<"i32">,
): void {
  const [x, y] = [loadFour(element, address), loadFour(element, source)];
  const sum = element.kind === "float" ? f32x4.add(x, y) : element.bytes === 4 ? i32x4.add(x, y) : i8x16.add(x, y);
  storeFour(f, element, address, f.let(sum));
}
