export { cpu, type CpuOptions } from "./cpu.ts";
export { wasmFeatures, type WasmFeatures } from "./wasm/index.ts";
