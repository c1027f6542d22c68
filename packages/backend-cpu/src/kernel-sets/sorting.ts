import { AnchorContext } from "../anchors/anchor-context.ts";
import { compileArgsort } from "../anchors/argsort.ts";
import { compileScan } from "../anchors/scan.ts";
import type { KernelSet } from "./kernel-set.ts";

/** Sorting, and sums, products and maxima along the way (`cumsum` and its like). */
export const sorting: KernelSet = {
  name: "sorting",
  create(resources) {
    const anchors = new AnchorContext(resources);
    return { compilers: { argsort: anchors.compilerOf(compileArgsort), scan: anchors.compilerOf(compileScan) } };
  },
};
