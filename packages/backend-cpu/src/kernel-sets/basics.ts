import { AnchorContext } from "../anchors/anchor-context.ts";
import { compileArgReduce } from "../anchors/arg-reduce.ts";
import { LoopKernels } from "../loop-kernels.ts";
import { MatmulKernel } from "../matmul/matmul.ts";
import type { KernelSet } from "./kernel-set.ts";

/** Fused loops, matrix products, and the positions of maxima: what every network needs. */
export const basics: KernelSet = {
  name: "basics",
  create(resources) {
    const loops = new LoopKernels(resources);
    const matmul = new MatmulKernel(resources);
    const anchors = new AnchorContext(resources);
    return {
      compilers: {
        loop: (step) => loops.compile(step),
        matmul: (step) => matmul.compile(step),
        argReduce: anchors.compilerOf(compileArgReduce),
      },
    };
  },
};
