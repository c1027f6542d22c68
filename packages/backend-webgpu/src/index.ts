export { DeviceLostError, KernelError, NoAdapterError } from "./errors.ts";
export type { GpuAdapter, GpuEntry, WebGpuOptions } from "./options.ts";
export { profile } from "./profile.ts";
export type { KernelProfile, Profile } from "./profile/profile.ts";
export type { CompileProgress } from "./program/progress.ts";
export type { AdapterInfo, WebGpuBackend, WebGpuStats } from "./webgpu-backend.ts";
export { webgpu } from "./webgpu.ts";
