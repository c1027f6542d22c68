import { computeStage } from "../constants.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** Layouts of bind groups and pipelines: few, shared by all kernels whose operands are read and written alike. */
export class Layouts {
  readonly #device: GPUDevice;
  readonly #operands = new Map<string, GPUBindGroupLayout>();
  readonly #pipelines = new Map<string, GPUPipelineLayout>();
  /** Group 1 of kernels that read scalars. */
  readonly scalars: GPUBindGroupLayout;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.scalars = device.createBindGroupLayout({
      label: "scalars",
      entries: [{ binding: 0, visibility: computeStage, buffer: { type: "uniform" } }],
    });
  }

  /** Group 0 of a kernel. */
  operands(kernel: Kernel): GPUBindGroupLayout {
    const key = accessKey(kernel);
    let layout = this.#operands.get(key);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        label: `operands ${key}`,
        entries: kernel.operands.map(({ access }, binding) => ({
          binding,
          visibility: computeStage,
          buffer: { type: access === "read" ? "read-only-storage" : "storage" },
        })),
      });
      this.#operands.set(key, layout);
    }
    return layout;
  }

  pipeline(kernel: Kernel): GPUPipelineLayout {
    const key = `${accessKey(kernel)}${kernel.usesScalars ? " scalars" : ""}`;
    let layout = this.#pipelines.get(key);
    if (layout === undefined) {
      const operands = this.operands(kernel);
      const bindGroupLayouts = kernel.usesScalars ? [operands, this.scalars] : [operands];
      layout = this.#device.createPipelineLayout({ label: key, bindGroupLayouts });
      this.#pipelines.set(key, layout);
    }
    return layout;
  }
}

function accessKey({ operands }: Kernel): string {
  return operands.map(({ access }) => access[0]).join("");
}
