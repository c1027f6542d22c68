import { AnchorContext } from "../anchors/anchor-context.ts";
import { compileAveragePool } from "../anchors/average-pool.ts";
import { compileMaxima, compileMaxPool, compilePoolIndex } from "../anchors/pool-index.ts";
import { ConvKernel } from "../conv/conv.ts";
import { indexingCompilers } from "./indexing.ts";
import type { KernelSet } from "./kernel-set.ts";

/** Convolutions and pooling; with indexing, by which maxima are picked. */
export const convolutions: KernelSet = {
  name: "convolutions",
  create(resources) {
    const conv = new ConvKernel(resources);
    const anchors = new AnchorContext(resources);
    return {
      compilers: {
        ...indexingCompilers(anchors),
        conv: (step) => conv.compile(step),
        poolIndex: anchors.compilerOf(compilePoolIndex),
        maxPool: anchors.compilerOf(compileMaxima),
        avgPool: anchors.compilerOf(compileAveragePool),
      },
      compilePair(step, next) {
        if (step.kind !== "poolIndex" || step.output.shape.includes(0)) return null;
        return compileMaxPool(step, next, anchors);
      },
    };
  },
};
