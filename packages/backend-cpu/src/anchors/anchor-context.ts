import type { ContiguousOperand, Step } from "@minima/tensor";
import type { KernelResources } from "../kernel-resources.ts";
import type { CpuMemory } from "../memory/memory.ts";
import type { StepRunner } from "../program.ts";
import type { Kernel, Kernels } from "../threads/kernels.ts";
import type { ThreadPool } from "../threads/pool.ts";
import { ModuleBuilder } from "../wasm/index.ts";

/** Elements below which work stays on one thread: some 4 µs. */
const smallestShared = 8192;
/** Parts for each thread: one that is held up leaves its rest to the others. */
const partsPerThread = 2;

/** The name under which an anchor's module exports its function. */
export const kernelName = "run";

/** What compiling an anchor needs: kernels by key, and how ranges of work are handed out. */
export class AnchorContext {
  readonly memory: CpuMemory;
  readonly #kernels: Kernels;
  readonly #pool: ThreadPool | null;
  readonly #shared: boolean;
  readonly #known = new Map<string, Kernel>();

  constructor({ memory, kernels, pool, options }: KernelResources) {
    this.memory = memory;
    this.#kernels = kernels;
    this.#pool = pool;
    this.#shared = options.shared;
  }

  /** What compiles steps of a kind by means of this; one without output does nothing. */
  compilerOf<Anchor extends Step & { readonly output: ContiguousOperand }>(
    compile: (step: Anchor, context: AnchorContext) => StepRunner,
  ): (step: Anchor) => StepRunner {
    return (step) => (step.output.shape.includes(0) ? () => undefined : compile(step, this));
  }

  /** The kernel with this key; `define` adds its function to a module under the name `kernelName`. */
  kernel(key: string, define: (module: ModuleBuilder) => unknown): Kernel {
    let kernel = this.#known.get(key);
    if (kernel === undefined) {
      const module = new ModuleBuilder().importMemory({ shared: this.#shared });
      define(module);
      kernel = this.#kernels.add(module.toBytes(), kernelName);
      this.#known.set(key, kernel);
    }
    return kernel;
  }

  /** How many parts work on so many elements is cut into, if it has so many pieces. */
  parts(elements: number, pieces: number): number {
    if (this.#pool === null || elements < smallestShared) return 1;
    return Math.max(1, Math.min(pieces, this.#pool.size * partsPerThread));
  }

  /** Calls the kernel with (first, last, ...values) for all pieces, in so many parts; the last value may differ by part. */
  run(kernel: Kernel, pieces: number, parts: number, values: readonly number[], partBytes = 0): void {
    if (parts === 1 || this.#pool === null) {
      kernel.call(0, pieces, ...values);
      return;
    }
    this.#pool.run(kernel, parts, values.length + 2, (words, at, part) => {
      words[at] = Math.floor((part * pieces) / parts);
      words[at + 1] = Math.floor(((part + 1) * pieces) / parts);
      values.forEach((value, i) => (words[at + 2 + i] = value));
      words[at + 1 + values.length] += part * partBytes;
    });
  }
}
