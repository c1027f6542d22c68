import type { LoopStep } from "@minima/tensor";
import type { CodeOptions, KernelOptions } from "../kernel-options.ts";
import { VectorWriter } from "../math/vector-writer.ts";
import { i32, ModuleBuilder, type FunctionReference, type Local } from "../wasm/index.ts";
import { Cursors } from "./cursors.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { chooseNest } from "./lane-choice.ts";
import { placeInstructions } from "./placement.ts";
import { stashRepeatedWork } from "./stash.ts";

/** Name of the exported function in a module of `loopModule`. */
export const loopFunctionName = "loop";

/** The slots a step touches, ascending: the order of the pointers among the parameters of its function. */
export function loopSlots(step: LoopStep): number[] {
  const slots = new Set<number>();
  for (const instruction of step.instructions) if (instruction.op === "load") slots.add(instruction.slot);
  for (const { stores } of step.phases) for (const { slot } of stores) slots.add(slot);
  return [...slots].sort((a, b) => a - b);
}

/**
 * Writes the exported function `name(first, last, …slotPointers, scalarsPointer)` that runs a step.
 *
 * [first, last) is the part of the outermost outer loop to run, so that threads can share a step, and [0, 1) if there are
 * no outer loops. Pointers are byte addresses: one for each slot of `loopSlots`, then the scalar block. Results do not
 * depend on how the loop is divided, nor on the options.
 */
export function emitLoop(
  module: ModuleBuilder,
  loopStep: LoopStep,
  { name = loopFunctionName, ...options }: CodeOptions & { readonly name?: string },
): FunctionReference {
  const step = stashRepeatedWork(loopStep);
  const slots = loopSlots(step);
  const parameters: Record<string, "i32"> = { first: "i32", last: "i32" };
  for (const slot of slots) parameters[`slot${slot}`] = "i32";
  parameters.scalars = "i32";
  return module.function({ name, parameters, exported: true }, (f, locals) => {
    const slotPointer = (slot: number): Local<"i32"> => locals[`slot${slot}`];
    const nest = chooseNest(step);
    const cursors = new Cursors(f, step, nest, slotPointer);
    const places = placeInstructions(step, nest);
    const writer = new VectorWriter(f, options);
    const context = { step, nest, places, writer, cursors, slotPointer, scalarsPointer: locals.scalars };
    const { first, last } = locals;
    const kernel = new KernelWriter(context, { first, last });
    if (step.outer.length > 0) kernel.write();
    else f.if(i32.lt_s(first, last), () => kernel.write());
  });
}

/** A WebAssembly module with the function of one step, exported as `loop`. */
export function loopModule(step: LoopStep, { relaxed, wide, shared }: KernelOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory({ shared });
  emitLoop(module, step, { relaxed, wide });
  return module.toBytes();
}
