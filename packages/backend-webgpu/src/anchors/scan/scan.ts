import type { ScanStep } from "@minima/tensor";
import type { CompiledStep, KernelLimits } from "../../kernel/kernel.ts";
import { linesOf } from "../lines.ts";
import { scanBlocks } from "./scan-blocks.ts";
import { scanLinesKernel } from "./scan-lines.ts";

/** Lines of so few elements, and lines of which there are so many, are scanned by an invocation each. */
const shortLine = 128;
const manyLines = 1024;

/** Running sum, product or maximum of each line. */
export function scanKernels(step: ScanStep, limits: KernelLimits): CompiledStep {
  const { length, count } = linesOf(step.input.shape, step.attributes.axis);
  if (length > shortLine && count < Math.min(manyLines, limits.tuning.reducedAlone)) return scanBlocks(step, limits);
  return { kernels: [scanLinesKernel(step, limits)], scratch: [] };
}
