import { describe, expect, it } from "vitest";
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  i8x16,
  ModuleBuilder,
  shuffle,
  v128,
} from "../src/wasm/index.ts";
import { evaluate, instantiate, withMemory } from "./wasm-kit.ts";

describe("lanes", () => {
  it("works on lanes of 8, 16 and 64 bits", () => {
    const narrow = evaluate((v) => i16x8.narrow_i32x4_u(v, v), Int32Array.of(-1, 300, 70000, 2 ** 31 - 1));
    expect([...new Uint16Array(narrow).subarray(0, 4)]).toEqual([0, 300, 65535, 65535]);
    const bytes = evaluate((v) => i8x16.narrow_i16x8_u(v, v), Int16Array.of(-1, 5, 255, 256, 1, 2, 3, 4));
    expect([...new Uint8Array(bytes).subarray(0, 4)]).toEqual([0, 5, 255, 255]);
    const shifted = evaluate((v) => i64x2.add(i64x2.shl(v, 36), v), BigInt64Array.of(-1n, 1n));
    expect([...new BigInt64Array(shifted)]).toEqual([-(1n << 36n) - 1n, (1n << 36n) + 1n]);
    const doubles = evaluate(
      (v) => f64x2.mul(f64x2.promote_low_f32x4(v), f64x2.const(2)),
      Float32Array.of(1.5, -3, 0, 0),
    );
    expect([...new Float64Array(doubles)]).toEqual([3, -6]);
  });

  it("selects and shuffles", () => {
    const low = Int32Array.of(0, 1, 2, 3);
    const high = Int32Array.of(4, 5, 6, 7);
    expect([...new Int32Array(evaluate((v, w) => shuffle(v, w, [7, 0, 5, 2]), low, high))]).toEqual([7, 0, 5, 2]);
    expect([...new Int32Array(evaluate((v, w) => shuffle(v, w, [1, 2]), low, high))]).toEqual([2, 3, 4, 5]);
    const masked = evaluate((v, w) => v128.bitselect(v, w, i32x4.const(-1, 0, -1, 0)), low, high);
    expect([...new Int32Array(masked)]).toEqual([0, 5, 2, 7]);
    expect(() => shuffle(i32x4.const(0), i32x4.const(0), [0, 1, 2])).toThrow("2, 4, 8 or 16 lanes, got 3");
    expect(() => shuffle(i32x4.const(0), i32x4.const(0), [0, 1, 2, 8])).toThrow("[0, 8), got 8");
  });

  it("reads and replaces lanes", () => {
    const vector = Int32Array.of(0x80818283 | 0, 1, 2, -3);
    const module = withMemory();
    const read = { parameters: {}, result: "i32", exported: true } as const;
    module.function({ name: "first", ...read }, () => i32x4.extract_lane(v128.load(0), 0));
    module.function({ name: "last", ...read }, () => i32x4.extract_lane(v128.load(0), 3));
    const { memory, exports } = instantiate(module);
    new Int32Array(memory.buffer).set(vector);
    expect([exports.first(), exports.last()]).toEqual([0x80818283 | 0, -3]);
    const replaced = evaluate((v) => f32x4.replace_lane(v, 2, 2.5), Float32Array.of(1, 2, 3, 4));
    expect([...new Float32Array(replaced)]).toEqual([1, 2, 2.5, 4]);
    expect(() => evaluate((v) => f32x4.replace_lane(v, 4, 0), vector)).toThrow("[0, 4), got 4");
  });

  it("loads and stores parts of vectors", () => {
    const module = withMemory();
    module.function({ name: "run", parameters: { p: "i32" }, exported: true }, (f, { p }) => {
      const x = f.let(v128.load32_zero(p, 4));
      f.set(x, v128.load32_lane(2, p, x, 8));
      f.set(x, v128.load8_lane(15, p, x));
      f.store("v128.store", p, x, 16);
      f.storeLane("v128.store32_lane", 2, p, x, 33);
      f.store("i32.store8", p, -1, 41);
      f.store("v128.store", p, v128.load64_zero(p, 16), 48);
    });
    const { memory, exports } = instantiate(module);
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(Array.from({ length: 16 }, (_, i) => 100 + i));
    exports.run(0);
    expect([...bytes.subarray(16, 32)]).toEqual([104, 105, 106, 107, 0, 0, 0, 0, 108, 109, 110, 111, 0, 0, 0, 100]);
    expect([...bytes.subarray(32, 42)]).toEqual([0, 108, 109, 110, 111, 0, 0, 0, 0, 255]);
    expect([...bytes.subarray(48, 58)]).toEqual([104, 105, 106, 107, 0, 0, 0, 0, 0, 0]);
  });
});

describe("constants", () => {
  it.each([0, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1])("i32 %i", (value) => {
    const module = new ModuleBuilder();
    module.function({ name: "f", parameters: {}, result: "i32", exported: true }, () => i32.const(value));
    expect(instantiate(module).exports.f()).toBe(value | 0);
  });

  it("keeps every bit of i64, f32 and f64", () => {
    const module = new ModuleBuilder();
    module.function({ name: "i", parameters: {}, result: "i64", exported: true }, () => i64.const(-(2n ** 63n)));
    module.function({ name: "f", parameters: {}, result: "f32", exported: true }, () => f32.const(0.1));
    module.function({ name: "d", parameters: {}, result: "f64", exported: true }, () => f64.const(-0));
    const { exports } = instantiate(module);
    expect([exports.i(), exports.f(), exports.d()]).toEqual([-(2n ** 63n), Math.fround(0.1), -0]);
  });

  it("spreads one value over the lanes or takes one for each", () => {
    const zero = new Uint8Array(16);
    expect([...new Float32Array(evaluate(() => f32x4.const(-0.5), zero))]).toEqual([-0.5, -0.5, -0.5, -0.5]);
    expect([...new Uint32Array(evaluate(() => i32x4.const(0x80000000, -1, 2, 3), zero))]).toEqual([
      2 ** 31,
      2 ** 32 - 1,
      2,
      3,
    ]);
    expect([...new Float64Array(evaluate(() => f64x2.const(0.1, -0), zero))]).toEqual([0.1, -0]);
    expect(() => f32x4.const(1, 2)).toThrow("takes 1 or 4 values, got 2");
  });

  it.each([0.5, 2 ** 32, -(2 ** 31) - 1, NaN])("rejects %d as an i32", (value) => {
    expect(() => i32.const(value)).toThrow("i32 constant");
  });
});
