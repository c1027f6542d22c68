export { cpu, type CpuBackend, type CpuOptions } from "./cpu.ts";
export { wasmFeatures, type WasmFeatures } from "./wasm/index.ts";
