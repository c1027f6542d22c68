import { type DType, type LoopStep, hostArray } from "@minima/tensor";
import type { CodeOptions } from "../src/kernel-options.ts";
import { kernelCall } from "../src/loop-arguments.ts";
import { loopModule } from "../src/loop/index.ts";
import { interpret, type Memory } from "./loop-interpreter.ts";
import { seeded } from "./seeded.ts";

export type SlotArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

export function slotArray(dtype: DType, values: ArrayLike<number>): SlotArray {
  const array = hostArray(dtype, values.length);
  array.set(values);
  return array;
}

type LoopFunction = (...parameters: number[]) => void;

function compileLoop(step: LoopStep, memory: WebAssembly.Memory, options: CodeOptions): LoopFunction {
  const module = new WebAssembly.Module(loopModule(step, { ...options, shared: false }));
  return new WebAssembly.Instance(module, { env: { memory } }).exports.loop as LoopFunction;
}

const guardBytes = 64;
const guardByte = 0xa5;

/**
 * Runs the generated code of a step on copies of the slots and gives their contents afterwards. Slots lie 16-byte aligned with bytes
 * between them that must not change. `cuts` divide the range of the outermost loop into several calls.
 */
export function runLoop(
  step: LoopStep,
  slots: ReadonlyMap<number, SlotArray>,
  scalars: ArrayBuffer = new ArrayBuffer(16),
  cuts: readonly number[] = [],
  { relaxed = false, wide = false }: Partial<CodeOptions> = {},
): Map<number, SlotArray> {
  let end = guardBytes;
  const place = (byteLength: number): number => {
    const pointer = end;
    end = Math.ceil((pointer + byteLength) / 16) * 16 + guardBytes;
    return pointer;
  };
  const { structure, slots: order, offsets, scalarOffset } = kernelCall(step);
  const pointers = order.map((slot) => place((slots.get(slot) as SlotArray).byteLength));
  const scalarsPointer = place(scalars.byteLength);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) });
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(guardByte);
  const contents = [...order.map((slot) => slots.get(slot) as SlotArray), new Uint8Array(scalars)];
  const places = [...pointers, scalarsPointer];
  contents.forEach((array, i) =>
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), places[i]),
  );
  const loop = compileLoop(structure, memory, { relaxed, wide });
  const parameters = [...pointers.map((pointer, i) => pointer + offsets[i]), scalarsPointer + scalarOffset];
  const extent = step.outer[0] ?? 1;
  const ends = [0, ...cuts.filter((cut) => cut > 0 && cut < extent), extent];
  for (let i = 1; i < ends.length; i++) loop(ends[i - 1], ends[i], ...parameters);
  const touched = new Uint8Array(bytes);
  contents.forEach((array, i) => touched.fill(guardByte, places[i], places[i] + array.byteLength));
  const stray = touched.findIndex((byte) => byte !== guardByte);
  if (stray >= 0) throw new Error(`the kernel wrote to byte ${stray}, outside of its slots (${places.join()})`);
  return new Map(
    order.map((slot, i) => {
      const array = slots.get(slot) as SlotArray;
      const copy = bytes.slice(pointers[i], pointers[i] + array.byteLength).buffer;
      return [slot, new (array.constructor as typeof Float32Array)(copy)];
    }),
  );
}

/** Numbers in [-2, 2), the same for the same seed. */
export function uniformFloats(count: number, seed = 1): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => random() * 4 - 2);
}

/** The slots after the interpreter ran a step on them. */
export function interpreted(
  step: LoopStep,
  slots: ReadonlyMap<number, SlotArray>,
  scalars = new ArrayBuffer(16),
): Memory {
  const memory: Memory = new Map([...slots].map(([slot, array]) => [slot, Array.from(array)]));
  interpret(step, memory, scalars);
  return memory;
}
