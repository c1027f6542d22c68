import type { KernelOptions } from "../kernel-options.ts";
import { i32, ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { minimum } from "./arithmetic.ts";
import { blockProductParameters, defineBlockProduct } from "./block-product.ts";
import {
  alignedWorkspace,
  columnBlock,
  forDepthBlocks,
  maximumDirectColumns,
  maximumDirectDepth,
  tileColumns,
  workspaceLayout,
} from "./blocking.ts";
import { defineMatrixVector } from "./matrix-vector.ts";
import { definePack } from "./pack.ts";

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

/** Parameters with which a thread finds a workspace of its own: `workspace + thread·workspaceStride`. */
const threadParameters = { workspaceStride: "i32", thread: "i32" } as const;

/** Of `gemmBatch`: those of `gemm`, and from one product to the next the bytes between operands and results. */
const batchParameters = {
  ...gemmParameters,
  count: "i32",
  aStep: "i32",
  bStep: "i32",
  cStep: "i32",
  ...threadParameters,
} as const;

/** Functions that the module exports, beside `gemm`, for work that threads share. */
export const gemmFunctions = {
  /** Products that lie at equal distances from one another: `count` times `gemm`. */
  batch: "gemmBatch",
  /** Packs columns of B, see `definePack`; parts of it are whole panels. */
  pack: "packColumns",
  /** A block of rows of A times packed columns of B, see `defineBlockProduct`. */
  block: "multiplyShare",
} as const;

/**
 * A WebAssembly module that exports {@link Gemm}: single-precision C = A·B, or C += A·B if `accumulate` is not zero, for
 * A of M x K, B of K x N and C of M x N elements; and the functions of {@link gemmFunctions}.
 *
 * Element (i, j) of A lies at the byte `a + i·aRowStride + j·aColStride`, likewise for B; a transposed operand has its two
 * strides exchanged, and negative or zero strides are allowed. Elements of a row of C are adjacent, rows are
 * `cRowStride` bytes apart. Pointers are multiples of four. C must not overlap A, B or the workspace, which has
 * `gemmWorkspaceBytes(n, k)` bytes. M, N and K may be zero; K = 0 gives zeros (or leaves C when accumulating).
 *
 * How the bits of the result are defined, and why splitting C between threads does not change them: see
 * `forDepthBlocks`. After K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
 */
export function gemmModule({ relaxed, wide, shared }: KernelOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory({ shared });
  const matrixVector = defineMatrixVector(module, relaxed);
  const packColumns = definePack(module, gemmFunctions.pack, tileColumns, { exported: true });
  const multiplyBlock = defineBlockProduct(module, { relaxed, wide });

  const gemm = module.function({ name: "gemm", parameters: gemmParameters, exported: true }, (f, p) => {
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
    const packedB = f.let(i32.add(workspace, workspaceLayout.packedB));
    const direct = f.let(i32.or(i32.le_s(p.n, maximumDirectColumns), i32.le_s(p.k, maximumDirectDepth)));
    f.forRange({ to: p.n, step: columnBlock }, (start) => {
      const columns = f.let(minimum(i32.sub(p.n, start), columnBlock));
      const b = f.let(i32.add(p.b, i32.mul(start, p.bColStride)));
      forDepthBlocks(f, p.k, (k, depth) => {
        f.call(packColumns, {
          source: i32.add(b, i32.mul(k, p.bRowStride)),
          laneStride: p.bColStride,
          depthStride: p.bRowStride,
          lanes: columns,
          depth,
          target: packedB,
          panelBytes: i32.mul(depth, 4 * tileColumns),
        });
        f.call(multiplyBlock, {
          m: p.m,
          a: i32.add(p.a, i32.mul(k, p.aColStride)),
          aRowStride: p.aRowStride,
          aColStride: p.aColStride,
          packedB,
          columns,
          depth,
          c: i32.add(p.c, i32.shl(start, 2)),
          cRowStride: p.cRowStride,
          accumulate: i32.or(p.accumulate, k),
          direct,
          workspace,
        });
      });
    });
  });

  module.function({ name: gemmFunctions.batch, parameters: batchParameters, exported: true }, (f, p) => {
    const { m, n, k, aRowStride, aColStride, bRowStride, bColStride, cRowStride, accumulate, a, b, c } = p;
    const shape = { m, n, k, aRowStride, aColStride, bRowStride, bColStride, cRowStride, accumulate };
    const workspace = f.let(threadWorkspace(p));
    f.forRange({ to: p.count }, () => {
      f.call(gemm, { ...shape, a, b, c, workspace });
      f.increment(a, p.aStep).increment(b, p.bStep).increment(c, p.cStep);
    });
  });

  const shareParameters = { ...blockProductParameters, ...threadParameters };
  module.function({ name: "multiplyShare", parameters: shareParameters, exported: true }, (f, p) => {
    const { workspaceStride, thread, ...block } = p;
    const workspace = threadWorkspace({ workspaceStride, thread, workspace: block.workspace });
    f.call(multiplyBlock, { ...block, workspace });
  });
  return module.toBytes();
}

function threadWorkspace(p: Readonly<Record<"workspace" | "workspaceStride" | "thread", Local<"i32">>>) {
  return i32.add(p.workspace, i32.mul(p.thread, p.workspaceStride));
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
