import { KernelError } from "../errors.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Layouts } from "./layouts.ts";
import type { ProgressCounter } from "./progress.ts";

/** How many pipelines are kept for kernels to come; programs keep those they use. */
const capacity = 2048;

/** A pipeline that exists or is on its way. */
export interface Pipeline {
  readonly layout: GPUBindGroupLayout;
  compiled: GPUComputePipeline | null;
  error: KernelError | null;
  /** Resolves when one of the two is there; never rejects. */
  readonly ready: Promise<void>;
}

/** Pipelines by their source: drivers take milliseconds for each, and not all keep them. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #layouts: Layouts;
  readonly #progress: ProgressCounter;
  /** Least recently used ones first. */
  readonly #bySource = new Map<string, Pipeline>();
  /** Pipelines compiled so far. */
  count = 0;

  constructor(device: GPUDevice, layouts: Layouts, progress: ProgressCounter) {
    this.#device = device;
    this.#layouts = layouts;
    this.#progress = progress;
  }

  get(kernel: Kernel): Pipeline {
    let pipeline = this.#bySource.get(kernel.source);
    if (pipeline === undefined) {
      pipeline = this.#create(kernel);
      if (this.#bySource.size >= capacity) this.#dropOldest();
    } else {
      this.#bySource.delete(kernel.source);
    }
    this.#bySource.set(kernel.source, pipeline);
    return pipeline;
  }

  /** Keeps none any more. */
  dispose(): void {
    this.#bySource.clear();
  }

  #create(kernel: Kernel): Pipeline {
    this.count++;
    this.#progress.start();
    const pipeline: Pipeline = {
      layout: this.#layouts.operands(kernel),
      compiled: null,
      error: null,
      ready: this.#compile(kernel)
        .then(
          (compiled) => void (pipeline.compiled = compiled),
          (error: KernelError) => void (pipeline.error = error),
        )
        .then(() => this.#progress.finish(kernel.label)),
    };
    return pipeline;
  }

  async #compile(kernel: Kernel): Promise<GPUComputePipeline> {
    const { label, source } = kernel;
    // What is wrong with the source is asked for below, with its line; the scope keeps it from being reported twice.
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ label, code: source });
    const scope = this.#device.popErrorScope();
    const compiling = this.#device.createComputePipelineAsync({
      label,
      layout: this.#layouts.pipeline(kernel),
      compute: { module, entryPoint: "main" },
    });
    try {
      const [pipeline] = await Promise.all([compiling, scope]);
      return pipeline;
    } catch (error) {
      throw new KernelError(await explain(kernel, module, error), { cause: error });
    }
  }

  #dropOldest(): void {
    const oldest = this.#bySource.keys().next().value;
    if (oldest !== undefined) this.#bySource.delete(oldest);
  }
}

/** The message for a kernel that was not accepted: which, why, and the lines of its source that are at fault. */
async function explain({ label, source }: Kernel, module: GPUShaderModule, error: unknown): Promise<string> {
  const lines = source.split("\n");
  const { messages } = await module.getCompilationInfo();
  const problems = messages
    .filter(({ type }) => type === "error")
    .map(({ lineNum, linePos, message }) => {
      return `  line ${lineNum}:${linePos}: ${message}\n  ${lineNum} | ${lines[lineNum - 1] ?? ""}`;
    });
  const reason =
    problems.length > 0 ? problems.join("\n") : `  ${error instanceof Error ? error.message : String(error)}`;
  return `webgpu: the device does not accept the kernel "${label}":\n${reason}`;
}
