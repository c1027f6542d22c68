import { i32, select, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { loadBits, type Element } from "./element.ts";

/** An unsigned integer that orders the element at an address as asked for: equal elements have equal keys. NaN is the largest. */
export function sortKey(
  f: FunctionBuilder,
  element: Element,
  address: Local<"i32">,
  descending: boolean,
): Expression<"i32"> {
  const bits = f.let(loadBits(element, address));
  const turned = (key: Expression<"i32">): Expression<"i32"> => (descending ? i32.xor(key, -1) : key);
  switch (element.kind) {
    case "byte":
    case "unsigned":
      return turned(bits);
    case "signed":
      return turned(i32.xor(bits, 0x80000000));
    case "float": {
      const magnitude = f.let(i32.and(bits, 0x7fffffff));
      // Negative floats order backwards by their bits; both zeros are equal.
      f.if(i32.eqz(magnitude), () => void f.set(bits, 0));
      const flip = i32.or(i32.shr_s(bits, 31), 0x80000000);
      return turned(select(i32.gt_u(magnitude, infinityBits), i32.const(-1), i32.xor(bits, flip)));
    }
  }
}

/** Bits of infinity as float32; larger ones are those of NaN. */
const infinityBits = 0x7f800000;
