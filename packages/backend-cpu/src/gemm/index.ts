export {
  blockWorkspaceBytes,
  columnBlock,
  depthBlocks,
  gemmWorkspaceBytes,
  packedColumnBytes,
  panelAlignment,
  readsRowsDirectly,
  roundUp,
  tileColumns,
  tileRows,
} from "./blocking.ts";
export { gemmFunctions, gemmModule, type Gemm } from "./gemm.ts";
