import {
  add, arange, cast, clamp, einsum, equal, floorDivide, fmod, full, greaterEqual, indexAdd, indexPut, less, lessEqual, linspace, matmul, maximum, mul, notEqual, pad, pow,
  remainder, scatterAdd, searchsorted, sum, tensor, where, div,
} from "@minima/tensor"; // prettier-ignore
import { testRefused, testValues } from "./values.ts";

const int = (...values: number[]) => tensor(values, { dtype: "int32" });
const uint = (...values: number[]) => tensor(values, { dtype: "uint32" });
const least = -(2 ** 31);
const most = 2 ** 31 - 1;

testValues("division at the ends of the range", [
  ["floorDivide of the least by 3", () => floorDivide(int(least), 3), [-715827883]],
  ["floorDivide of the least by -1 wraps", () => floorDivide(int(least), -1), [least]],
  [
    "floorDivide by the least",
    () => floorDivide(int(least, most, -1, 1), int(least, least, least, least)),
    [1, -1, 0, -1],
  ],
  ["floorDivide of the largest by -2", () => floorDivide(int(most), -2), [-1073741824]],
  ["floorDivide of unsigned", () => floorDivide(uint(2 ** 32 - 1), 2), [most]],
  ["floorDivide by 0", () => floorDivide(int(least, -1, 0, 1), 0), [0, 0, 0, 0]],
  ["fmod of the least by 3", () => fmod(int(least), 3), [-2]],
  ["fmod of the least by -1", () => fmod(int(least, -7, 7), int(-1, 3, -3)), [0, -1, 1]],
  ["fmod by 0, and by the least", () => fmod(int(least, 5, most), int(0, least, least)), [0, 5, most]],
  ["remainder of the least by 3", () => remainder(int(least), 3), [1]],
  ["remainder by the least", () => remainder(int(most, -1), least), [-1, -1]],
  ["remainder by 0", () => remainder(uint(2 ** 32 - 1, 0), 0), [0, 0]],
]);

testValues("powers of integers", [
  ["7 to the 9", () => pow(int(7), 9), [40353607]],
  ["they wrap as mul does", () => pow(int(7, -3, 2), int(12, 21, 31)), [1 * Number(BigInt.asIntN(32, 7n ** 12n)), Number(BigInt.asIntN(32, (-3n) ** 21n)), least]],
  ["squares and cubes", () => pow(int(46341, -46341), 2), [-2147479015, -2147479015]],
  ["a number to the power of integers", () => pow(2, int(0, 1, 30)), [1, 2, 2 ** 30]],
  ["unsigned", () => pow(uint(3), 20), [3486784401]],
  ["negative exponents in a tensor", () => pow(int(2, 1, -1, 0), int(-1, -5, -3, -1)), [0, 1, -1, 0]],
  ["a fraction makes floats", () => pow(int(9), 0.5), [3]],
]); // prettier-ignore

testValues("a number becomes a dtype by one rule", [
  ["full saturates", () => full([2], 300, { dtype: "uint8" }), [255, 255]],
  ["and its sum knows", () => sum(full([2], 300, { dtype: "uint8" })), [510]],
  ["tensor", () => tensor([300, -1, 2.7, NaN], { dtype: "uint8" }), [255, 0, 2, 0]],
  ["a typed array", () => tensor(Float32Array.of(300, -1, 2.7, NaN), { dtype: "uint8" }), [255, 0, 2, 0]],
  ["cast of a constant", () => div(cast(full([1], 2.7), "int32"), 2), [1]],
  ["cast of a tensor", () => div(cast(tensor([2.7]), "int32"), 2), [1]],
  ["cast of what float32 rounds", () => cast(full([1], 16777217), "int32"), [16777216]],
  ["cast between integers wraps", () => cast(full([2], 300, { dtype: "int32" }), "uint8"), [44, 44]],
  ["cast of a tensor of them", () => cast(int(300, -1), "uint8"), [44, 255]],
  ["bool", () => sum(full([3], 2, { dtype: "bool" })), [3]],
  ["bool of NaN and -0", () => tensor([NaN, -0, 0.1], { dtype: "bool" }), [1, 0, 1]],
  ["the value of a pad", () => mul(pad(tensor(Uint8Array.of(1)), [1, 0], { value: 2.7 }), 1), [2, 1]],
  ["a pad that saturates", () => sum(pad(tensor(Uint8Array.of(1)), [0, 1], { value: 300 })), [256]],
  ["a literal in where", () => add(where(tensor([true, false]), int(1, 2), 3e9), 0), [1, most]],
  ["a literal that is added wraps", () => add(uint(5), -1), [4]],
  ["what scatterAdd adds wraps", () => scatterAdd(uint(4, 2), 0, int(0), -1), [3, 2]],
  ["and of indexAdd", () => indexAdd(int(most, 0), 0, int(0), 1), [least, 0]],
  ["what indexPut writes", () => indexPut(int(0, 0), [int(1)], 16777217), [0, 16777217]],
  ["what is searched for", () => searchsorted(int(16777216, 16777217, 16777218), 16777217), [1]],
  [
    "a fraction that is searched for",
    () => searchsorted(int(16777216, 16777217, 16777218), 16777216.5, { right: true }),
    [1],
  ],
  ["clamp beyond the dtype", () => clamp(int(least, 7), { min: -3e9, max: 3e9 }), [least, 7]],
  ["maximum of unsigned and a negative number", () => maximum(uint(5), -1), [5]],
]);

testValues("comparisons with numbers outside of the dtype", [
  ["less than 3e9", () => less(int(most, least), 3e9), [1, 1]],
  ["unsigned less than -1", () => less(uint(5), -1), [0]],
  ["a number less than unsigned", () => less(-1, uint(0)), [1]],
  ["fractions are not rounded", () => equal(int(16777217), 16777216.5), [0]],
  ["beside fractions", () => less(int(1, 2, 3), 2.5), [1, 1, 0]],
  ["lessEqual, greaterEqual", () => greaterEqual(lessEqual(int(1, 2, 3), 2.5), 1), [1, 1, 0]],
  ["NaN", () => notEqual(int(1), NaN), [1]],
  ["infinities", () => less(int(most), Infinity), [1]],
]);

testValues("arange at the end of int32", [
  ["up to it", () => arange(most - 1, 2 ** 31), [most - 1, most]],
  ["down from it", () => arange(least + 1, least - 1, -1), [least + 1, least]],
  ["unsigned", () => arange(2 ** 32 - 2, 2 ** 32, 1, { dtype: "uint32" }), [2 ** 32 - 2, 2 ** 32 - 1]],
  ["both ends of linspace", () => linspace(1e38, 1, 2), [Math.fround(1e38), 1]],
  ["numbers between them", () => linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]],
  ["fractions are rounded once", () => arange(0, 0.5, 0.1), [0, 0.1, 0.2, 0.1 * 3, 0.4].map(Math.fround)],
]);

testRefused("integers", [
  ["matmul", () => matmul(int(1, 2), int(3, 4)), /^matmul: .*int32 and int32.*cast\("float32"\)/],
  ["einsum", () => einsum("i,i->", int(1, 2), int(3, 4)), /^einsum: .*cast\("float32"\)/],
  ["matmul of bool", () => matmul(less(int(1), 2), int(3)), /^matmul: .*cast\("float32"\)/],
  ["a negative power", () => pow(int(2), -1), /^pow: .*cast the tensor to float32/],
  ["a divisor beyond the dtype", () => remainder(int(2), 3e9), /^remainder: int32 does not hold 3000000000/],
  ["a negative divisor of unsigned", () => floorDivide(uint(2), -1), /^floorDivide: uint32 does not hold -1/],
  ["arange beyond int32", () => arange(most, 2 ** 31 + 1), /^arange: int32 does not hold/],
  ["arange beyond uint8", () => arange(250, 260, 1, { dtype: "uint8" }), /^arange: uint8 does not hold 250 to 259/],
  ["no operand", () => mul(undefined as never, 2), /^mul: undefined is no operand/],
  ["a text", () => add(int(1), "x" as never), /^add: x is no operand/],
  ["arange beyond uint32", () => arange(-1, 2, 1, { dtype: "uint32" }), /^arange: uint32 does not hold/],
]);
