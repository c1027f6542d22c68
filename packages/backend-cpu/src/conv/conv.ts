import type { ConvStep } from "@minima/tensor";
import type { KernelOptions } from "../kernel-options.ts";
import type { KernelResources } from "../kernel-resources.ts";
import type { CpuMemory } from "../memory/memory.ts";
import type { StepRunner } from "../program.ts";
import type { Kernel, Kernels } from "../threads/kernels.ts";
import type { ThreadPool } from "../threads/pool.ts";
import { convModule, type ConvFunctionName } from "./conv-module.ts";
import type { CallFunction, Prepared } from "./prepared.ts";
import { forwardCorrelation, inputGradientCorrelations, windowsOf, type Correlation, type Windows } from "./problem.ts";
import { isBackBetter, prepareCorrelateBack } from "./run-correlate-back.ts";
import { prepareCorrelation } from "./run-correlation.ts";
import { prepareFilterGradient } from "./run-filter-gradient.ts";
import { isWinogradBetter } from "./winograd/is-winograd-better.ts";
import { prepareWinogradFilterGradient } from "./winograd/run-filter-gradient.ts";
import { prepareWinograd } from "./winograd/run-winograd.ts";

/** Multiplications below which a convolution stays on one thread: some 4 µs. */
const smallestShared = 100_000;
/** Parts for each thread: one that is held up leaves its rest to the others. */
const partsPerThread = 8;

/** Convolutions and their gradients as matrix products, one operand of which is written when it is needed. */
export class ConvKernel {
  readonly #memory: CpuMemory;
  readonly #kernels: Kernels;
  readonly #pool: ThreadPool | null;
  readonly #options: KernelOptions;
  readonly #known = new Map<ConvFunctionName, Kernel>();

  constructor({ memory, kernels, pool, options }: KernelResources) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#pool = pool;
    this.#options = options;
  }

  compile(step: ConvStep): StepRunner {
    const size = step.output.shape.reduce((product, extent) => product * extent, 1);
    const empty = step.a.shape.includes(0) || step.b.shape.includes(0);
    const call: CallFunction = (name, ...values) => this.#kernelOf(name).call(...values);
    const runs = (empty || size === 0 ? [] : prepare(step, call)).map((each) => this.#runner(each));
    // Elements that no window meets are zero.
    const covered = runs.reduce((total, { elements }) => total + elements, 0);
    return (addresses) => {
      const output = addresses[step.output.slot];
      if (covered < size) new Uint8Array(this.#memory.memory.buffer, output, 4 * size).fill(0);
      for (const { run } of runs) run(addresses[step.a.slot], addresses[step.b.slot], output);
    };
  }

  #runner(part: Prepared) {
    const kernel = this.#kernelOf(part.kernel);
    const { elements, pieces, sharedBytes, threadBytes } = part;
    const pool = part.multiplications < smallestShared ? null : this.#pool;
    const count = pool === null ? 1 : Math.min(pieces, pool.size * partsPerThread);
    const bytes = sharedBytes + (pool?.size ?? 1) * threadBytes;
    const runIn = (workspace: number, a: number, b: number, output: number): void => {
      const buffers = { a, b, output, workspace };
      part.begin(this.#memory.memory, buffers);
      const own = workspace + sharedBytes;
      if (pool === null) kernel.call(workspace, own, threadBytes, 0, pieces, 0);
      else {
        pool.run(kernel, count, 5, (words, at, i) => {
          words[at] = workspace;
          words[at + 1] = own;
          words[at + 2] = threadBytes;
          words[at + 3] = Math.floor((i * pieces) / count);
          words[at + 4] = Math.floor(((i + 1) * pieces) / count);
        });
      }
      part.end?.(buffers);
    };
    const run = (a: number, b: number, output: number): void =>
      this.#memory.lend(bytes, (workspace) => runIn(workspace, a, b, output));
    return { elements, run };
  }

  #kernelOf(name: ConvFunctionName): Kernel {
    let kernel = this.#known.get(name);
    if (kernel === undefined) {
      kernel = this.#kernels.add(convModule(name, this.#options), name);
      this.#known.set(name, kernel);
    }
    return kernel;
  }
}

function prepare(step: ConvStep, call: CallFunction): Prepared[] {
  const { mode, groups } = step.attributes;
  switch (mode) {
    case "forward":
      return [prepareOne(forwardCorrelation(step), call)];
    case "inputGradient": {
      const windows = windowsOf(step);
      const channels = step.a.shape[1] / groups;
      const correlations = inputGradientCorrelations(step);
      if (!correlations.some(isByTiles) && isBackBetter(windows, channels, correlations))
        return [prepareCorrelateBack(windows, channels, call)];
      return correlations.map((each) => prepareOne(each, call));
    }
    case "filterGradient":
      return [prepareGradient(windowsOf(step), step.output.shape[0] / groups, call)];
  }
}

function prepareOne(correlation: Correlation, call: CallFunction): Prepared {
  return isByTiles(correlation) ? prepareWinograd(correlation, call) : prepareCorrelation(correlation, call);
}

function prepareGradient(windows: Windows, outputs: number, call: CallFunction): Prepared {
  const prepare = isWinogradBetter(windows, outputs) ? prepareWinogradFilterGradient : prepareFilterGradient;
  return prepare(windows, outputs, call);
}

/** Whether a correlation goes to adjacent elements of the output, and is faster by tiles. */
function isByTiles(correlation: Correlation): boolean {
  const { rowStep, columnStep } = correlation.target;
  return rowStep === 1 && columnStep === 1 && isWinogradBetter(correlation, correlation.outputs);
}
