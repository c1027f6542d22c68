import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { CompiledStep } from "../../kernel/kernel.ts";
import type { Fetching, Factor } from "./factor.ts";
import type { ProductSize } from "./tiling.ts";

/** What a matrix product and a convolution have in common: `result[b, i, j] = Σ_t left[b, i, t] · right[b, t, j]`. */
export interface Product extends ProductSize {
  /** For people. */
  readonly label: string;
  /** What has to run before: it fills scratch memory that the factors are read from. */
  readonly before: CompiledStep;
  /** The slots of the other factors. */
  readonly slots: readonly number[];
  /** Elements of the result. */
  readonly resultSize: number;
  /** Whether four columns from a multiple of four on are neighbours in the result, at a multiple of four. */
  readonly hasQuads: boolean;
  /** Where an element of the result lies, from its number among them, if it is not that number. */
  readonly resultPlace?: (writer: KernelWriter, number: string) => string;
  /**
   * Binds the factors and writes functions for what they are.
   *
   * @param batch - The name of the batch's number, u32.
   */
  begin(writer: KernelWriter, batch: string, fetching: Fetching): BoundProduct;
}

interface BoundProduct {
  readonly left: Factor;
  readonly right: Factor;
  /** Where an element of the result lies, from names of its row and column. */
  place(row: string, column: string): string;
  /** Its number among the elements of the result, if it does not lie there. */
  number?(row: string, column: string): string;
}
