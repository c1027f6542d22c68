export { gemmWorkspaceBytes, tileColumns, tileRows } from "./blocking.ts";
export { gemmModule, type Gemm, type GemmOptions } from "./gemm.ts";
