/**
 * WebAssembly modules written at run time.
 *
 * A kernel is a TypeScript function that writes a WebAssembly function. Values are *expressions* built from the
 * instructions under their names in the specification (`f32x4.add(x, y)`, `v128.load(pointer, 16)`); statements are
 * methods of the {@link FunctionBuilder} (`f.set`, `f.store`, `f.if`, `f.loop`, `f.forRange`). Types are checked by the
 * compiler: a name that does not exist or an operand of the wrong type does not build.
 *
 * ```ts
 * const module = new ModuleBuilder().importMemory({ shared: false });
 * module.function(
 *   { name: "scale", parameters: { source: "i32", target: "i32", count: "i32", factor: "f32" }, exported: true },
 *   (f, { source, target, count, factor }) => {
 *     const factors = f.let(f32x4.splat(factor));
 *     f.forRange({ to: i32.shl(count, 2), step: 16 }, (offset) => {
 *       const x = v128.load(i32.add(source, offset));
 *       f.store("v128.store", i32.add(target, offset), f32x4.mul(x, factors));
 *     });
 *   },
 * );
 * const memory = new WebAssembly.Memory({ initial: 1 });
 * const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
 * ```
 *
 * Four things to know:
 * - An expression is code, not a value. Used twice it is evaluated twice, at the place of use; `f.let(expression)`
 *   evaluates once and gives a variable. (The optimizing compiler removes variables that are not needed.)
 * - Numbers stand for constants of scalar types: `i32.add(x, 4)`. Vector constants are `f32x4.const(1)` for all lanes or
 *   `f32x4.const(1, 2, 3, 4)`.
 * - Pointers are i32 byte addresses, and addresses over 2 GiB are negative as signed numbers: compare pointers with
 *   `i32.ne` or `i32.lt_u`. `forRange` counts with signed numbers and is meant for indices.
 * - Instructions chosen at run time go through `instruction(name, ...operands)`, where `name` may be of a type such as
 *   `UnaryVectorInstruction`.
 */
export {
  call,
  type Arguments,
  type FunctionReference,
  type ParameterLocals,
  type Parameters,
} from "./function-reference.ts";
export { constant, vectorConstant, type LaneType } from "./constants.ts";
export {
  instruction,
  load,
  loadLane,
  select,
  shuffle,
  type BinaryVectorInstruction,
  type InstructionName,
  type InstructionOf,
  type LaneLoadName,
  type LoadName,
  type UnaryVectorInstruction,
} from "./expressions.ts";
export { wasmFeatures, type WasmFeatures } from "./features.ts";
export { FunctionBuilder, type Label } from "./function-builder.ts";
export type { LaneStoreName, StoreName } from "./memory-instructions.ts";
export {
  leastMaximumPages,
  maximumPages,
  memoryImport,
  ModuleBuilder,
  type BodyResult,
  type Signature,
} from "./module-builder.ts";
export { f32, f32x4, f64, f64x2, i16x8, i32, i32x4, i64, i64x2, i8x16, v128 } from "./namespaces.ts";
export type { Expression, Local, Operand, ValueType } from "./types.ts";
