import type { GpuBuffer } from "../memory/gpu-buffer.ts";

/** Sets of buffers a dispatch is remembered with: parameters alternate between two, and the pool hands out few more. */
const capacity = 4;

/** The bind groups of one dispatch, by the buffers in them. */
export class BindGroups {
  readonly #groups = new Map<string, GPUBindGroup>();

  get(device: GPUDevice, label: string, layout: GPUBindGroupLayout, buffers: readonly GpuBuffer[]): GPUBindGroup {
    const key = buffers.map(({ id }) => id).join();
    let group = this.#groups.get(key);
    if (group === undefined) {
      const entries = buffers.map(({ gpu }, binding) => ({ binding, resource: { buffer: gpu } }));
      group = device.createBindGroup({ label, layout, entries });
      if (this.#groups.size >= capacity) {
        const oldest = this.#groups.keys().next().value;
        if (oldest !== undefined) this.#groups.delete(oldest);
      }
      this.#groups.set(key, group);
    }
    return group;
  }
}
