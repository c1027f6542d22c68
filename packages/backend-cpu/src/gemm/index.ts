export {
  blockWorkspaceBytes,
  columnBlock,
  depthBlocks,
  gemmWorkspaceBytes,
  packedColumnBytes,
  panelAlignment,
  readsRowsDirectly,
  roundUp,
  rowBlock,
  tileColumns,
  tileRows,
} from "./blocking.ts";
export { gemmFunctions, gemmModule, type Gemm, type GemmOptions } from "./gemm.ts";
