import { i32, ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { alignedWorkspace, workspaceLayout } from "./blocking.ts";
import { defineBlocks } from "./blocks.ts";
import { defineMatrixVector } from "./matrix-vector.ts";

/** What the engine offers: see `wasmFeatures`. */
export interface GemmOptions {
  /** Use `f32x4.relaxed_madd`, which rounds once where the processor can: faster, and other last bits. */
  readonly relaxed: boolean;
  /** The imported memory is shared between threads. */
  readonly shared: boolean;
}

const gemmParameters = {
  m: "i32",
  n: "i32",
  k: "i32",
  a: "i32",
  aRowStride: "i32",
  aColStride: "i32",
  b: "i32",
  bRowStride: "i32",
  bColStride: "i32",
  c: "i32",
  cRowStride: "i32",
  accumulate: "i32",
  workspace: "i32",
} as const;

/** The function that an instance of {@link gemmModule} exports; all arguments are integers. */
export type Gemm = (
  m: number,
  n: number,
  k: number,
  a: number,
  aRowStride: number,
  aColStride: number,
  b: number,
  bRowStride: number,
  bColStride: number,
  c: number,
  cRowStride: number,
  accumulate: number,
  workspace: number,
) => void;

/**
 * A WebAssembly module that exports {@link Gemm}: single-precision C = A·B, or C += A·B if `accumulate` is not zero, for
 * A of M x K, B of K x N and C of M x N elements.
 *
 * Element (i, j) of A lies at the byte `a + i·aRowStride + j·aColStride`, likewise for B; a transposed operand has its two
 * strides exchanged, and negative or zero strides are allowed. Elements of a row of C are adjacent, rows are
 * `cRowStride` bytes apart. Pointers are multiples of four. C must not overlap A, B or the workspace, which has
 * `gemmWorkspaceBytes(n, k)` bytes. M, N and K may be zero; K = 0 gives zeros (or leaves C when accumulating).
 *
 * How the bits of the result are defined, and why splitting C between threads does not change them: see
 * `forDepthBlocks`. After K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
 */
export function gemmModule({ relaxed, shared }: GemmOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory({ shared });
  const matrixVector = defineMatrixVector(module, relaxed);
  const emitBlocks = defineBlocks(module, relaxed);
  module.function({ name: "gemm", parameters: gemmParameters, exported: true }, (f, p) => {
    f.if(i32.eqz(p.k), () => {
      f.if(i32.eqz(p.accumulate), () => clearRows(f, p));
      f.return();
    });
    const workspace = alignedWorkspace(f, p.workspace);
    const common = { depth: p.k, accumulate: p.accumulate, scratch: i32.add(workspace, workspaceLayout.scratch) };
    f.if(i32.eq(p.m, 1), () => {
      const matrix = { matrix: p.b, laneStride: p.bColStride, depthStride: p.bRowStride, lanes: p.n };
      const vectors = { vector: p.a, vectorStride: p.aColStride, result: p.c, resultStride: 4 };
      f.call(matrixVector, { ...matrix, ...vectors, ...common }).return();
    });
    f.if(i32.eq(p.n, 1), () => {
      const matrix = { matrix: p.a, laneStride: p.aRowStride, depthStride: p.aColStride, lanes: p.m };
      const vectors = { vector: p.b, vectorStride: p.bRowStride, result: p.c, resultStride: p.cRowStride };
      f.call(matrixVector, { ...matrix, ...vectors, ...common }).return();
    });
    emitBlocks(f, { ...p, workspace });
  });
  return module.toBytes();
}

/** C = 0 */
function clearRows(
  f: FunctionBuilder,
  { m, n, c, cRowStride }: Readonly<Record<"m" | "n" | "c" | "cRowStride", Local<"i32">>>,
): void {
  f.forRange({ to: m }, () => {
    f.fillMemory(c, 0, i32.shl(n, 2)).increment(c, cRowStride);
  });
}
