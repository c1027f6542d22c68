export { type SoftwareGpuOptions, softwareGpu } from "./software-gpu.ts";
