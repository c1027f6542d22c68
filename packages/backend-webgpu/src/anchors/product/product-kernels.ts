import type { ContiguousOperand, Epilogue } from "@minima/tensor";
import type { CompiledStep, Kernel, KernelLimits, Memory } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { type ResultStore, resultStore, withEpilogue } from "../epilogue.ts";
import type { Product } from "./product.ts";

interface ProductStep {
  readonly epilogue?: Epilogue;
}

/** How the work of a product is cut, and the kernel that does it. */
export interface ProductCut {
  /** In how many parts each sum is computed; the kernel stores each of them, and names the part `split`. */
  readonly splits: number;
  /**
   * @param product - That which was cut, maybe with another label, or other places.
   * @param makeStore - Makes the store of the kernel; `isVector` says whether it is to take vec4s.
   */
  write(product: Product, makeStore: MakeStore): Kernel;
}

export type MakeStore = (writer: KernelWriter, isVector: boolean) => ResultStore;

/**
 * The kernels of a product: one, or, where few long sums have to be split to keep a GPU busy, one for the parts of the
 * sums, and one that adds them up in their order. The epilogue belongs to the last.
 *
 * @param output - Where the result goes.
 */
export function productKernels<S extends ProductStep>(
  step: S,
  output: Pick<ContiguousOperand, "slot" | "dtype">,
  product: Product,
  { splits, write }: ProductCut,
  limits: KernelLimits,
): CompiledStep {
  const { before, resultSize, resultPlace, slots, hasQuads, label } = product;
  const prepared = before.scratch.length;
  if (splits === 1) {
    const kernels = withEpilogue(step, { slots: [...slots, output.slot], scratch: prepared }, limits, ({ epilogue }) =>
      write(product, (writer, isVector) => resultStore(writer, output, epilogue, isVector)),
    );
    return { kernels: [...before.kernels, ...kernels], scratch: before.scratch };
  }
  // Where the sums of the splits wait for each other: [split][element of the result].
  const partialSums: Memory = { scratch: prepared };
  const parts = write(numbered(product, `${label}, split in ${splits}`), storePart);
  const sums = withEpilogue(step, { slots: [output.slot], scratch: 1 }, limits, ({ epilogue }) => {
    const writer = new KernelWriter(limits);
    const isVector = hasQuads && epilogue === undefined;
    const [width, size] = isVector ? ([4, resultSize / 4] as const) : ([1, resultSize] as const);
    const partial = writer.bind(partialSums, "float32", "read", width);
    const { store } = resultStore(writer, output, epilogue, isVector);
    return writer.forEachItem(`${label}, sums of ${splits}`, size, () => {
      writer.line(`var total = ${partial.load("item")};`);
      writer.block(`for (var split = 1u; split < ${splits}u; split++)`, () => {
        writer.line(`total += ${partial.load(`split * ${size}u + item`)};`);
      });
      if (resultPlace === undefined) store("item", "total");
      else if (isVector) store(`(${resultPlace(writer, "(item * 4u)")}) / 4`, "total");
      else store(resultPlace(writer, "item"), "total");
    });
  });
  return { kernels: [...before.kernels, parts, ...sums], scratch: [...before.scratch, splits * resultSize * 4] };

  function storePart(writer: KernelWriter, isVector: boolean): ResultStore {
    const memory = writer.bind(partialSums, "float32", "write", isVector ? 4 : 1);
    const size = isVector ? resultSize / 4 : resultSize;
    return { isVector, store: (place, value) => memory.store(`split * ${size}u + u32(${place})`, value) };
  }
}

/** A product that stores each element at its number. */
function numbered(product: Product, label: string): Product {
  return {
    ...product,
    label,
    begin(...given) {
      const bound = product.begin(...given);
      return { ...bound, place: bound.number ?? bound.place };
    },
  };
}
