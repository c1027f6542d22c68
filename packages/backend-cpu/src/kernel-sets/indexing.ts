import { AnchorContext } from "../anchors/anchor-context.ts";
import { compileGather } from "../anchors/gather.ts";
import { compileScatterAdd } from "../anchors/scatter-add.ts";
import type { KernelSet, StepCompilers } from "./kernel-set.ts";

/** Picking elements by index and adding to them, as embeddings do. Sets whose operations are made of these have them too. */
export const indexing: KernelSet = {
  name: "indexing",
  create: (resources) => ({ compilers: indexingCompilers(new AnchorContext(resources)) }),
};

/** @internal */
export function indexingCompilers(anchors: AnchorContext): StepCompilers {
  return { gather: anchors.compilerOf(compileGather), scatterAdd: anchors.compilerOf(compileScatterAdd) };
}
