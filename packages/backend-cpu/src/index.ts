export { cpu } from "./cpu.ts";
export type { CpuBackend, CpuOptions } from "./cpu-backend.ts";
export { wasmFeatures, type WasmFeatures } from "./wasm/index.ts";
