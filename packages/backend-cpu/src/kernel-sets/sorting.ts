import { AnchorContext } from "../anchors/anchor-context.ts";
import { compileArgsort } from "../anchors/argsort.ts";
import { compileScan } from "../anchors/scan.ts";
import { indexingCompilers } from "./indexing.ts";
import type { KernelSet } from "./kernel-set.ts";

/**
 * Sorting, with indexing, by which what is sorted is put in order; and sums, products and maxima along the way (`cumsum` and
 * its like).
 */
export const sorting: KernelSet = {
  name: "sorting",
  create(resources) {
    const anchors = new AnchorContext(resources);
    return {
      compilers: {
        ...indexingCompilers(anchors),
        argsort: anchors.compilerOf(compileArgsort),
        scan: anchors.compilerOf(compileScan),
      },
    };
  },
};
