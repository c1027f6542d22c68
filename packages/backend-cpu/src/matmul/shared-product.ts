import type { MatmulStep } from "@minima/tensor";
import {
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
} from "../gemm/index.ts";
import type { GemmKernels } from "./gemm-kernels.ts";
import { type Job, batchRelative } from "./job.ts";
import { type ProductRun, productRuns } from "./products.ts";

/** Parts for each thread: one that is held up leaves its rest to the others. */
const partsPerThread = 4;
/** Fewest rows of a part, over which reading packed B is spread. */
const fewestRows = 40;
/** Fewest columns of a part, over which packing A is spread. */
const fewestColumns = 128;
/** Up to so many rows a part packs all of them for itself: parts are of columns then. */
const fewRows = 160;
/** Fewest columns of a part that packs its own of B, and all rows of A. */
const fewestOwnColumns = 32;
/** Elements of B up to which one thread packs it alone. */
const smallestSharedPack = 16_384;
/** Elements of a vector's result, or of its matrix, that a part has at least. */
const fewestLanes = 16;

/** The jobs of products that are each shared by all threads, and the workspace that they need. */
export function sharedProduct(
  step: MatmulStep,
  kernels: GemmKernels,
  threads: number,
): { readonly jobs: Job[]; readonly workspaceBytes: number } {
  const products = productRuns(step, 1);
  if (step.m === 1 || step.n === 1) {
    const ownBytes = roundUp(gemmWorkspaceBytes(1, step.k), panelAlignment);
    return { jobs: [vectorJob(step, products, kernels, threads, ownBytes)], workspaceBytes: threads * ownBytes };
  }
  const columnParts = split(step.n, threads * partsPerThread, fewestOwnColumns, tileColumns);
  if (step.m < fewRows && columnParts.length >= threads) {
    const ownBytes = roundUp(gemmWorkspaceBytes(columnParts[0][1], step.k), panelAlignment);
    return { jobs: [columnJob(step, products, kernels, columnParts, ownBytes)], workspaceBytes: threads * ownBytes };
  }
  const packedOffset = threads * blockWorkspaceBytes;
  return {
    jobs: products.flatMap((product) => blockJobs(step, product, kernels, threads, packedOffset)),
    workspaceBytes: packedOffset + packedColumnBytes(step.n, step.k),
  };
}

/** Matrix times vector: parts of the result, each a product of its own. */
function vectorJob(
  { m, n, k, a, b, c }: MatmulStep,
  products: readonly ProductRun[],
  { batch }: GemmKernels,
  threads: number,
  workspaceStride: number,
): Job {
  const isRow = m === 1;
  const length = isRow ? n : m;
  const size = roundUp(Math.ceil(length / (threads * partsPerThread)), fewestLanes);
  const starts = Array.from({ length: Math.ceil(length / size) }, (_, i) => i * size);
  const rows = products.flatMap((product) =>
    starts.map((start) => {
      const count = Math.min(size, length - start);
      const aStart = product.a + (isRow ? 0 : 4 * start * a.rowStride);
      const bStart = product.b + (isRow ? 4 * start * b.columnStride : 0);
      const cStart = product.c + 4 * start * (isRow ? 1 : c.rowStride);
      const operands = [aStart, 4 * a.rowStride, 4 * a.columnStride, bStart, 4 * b.rowStride, 4 * b.columnStride];
      const shape = isRow ? [1, count, k] : [count, 1, k];
      return [...shape, ...operands, cStart, 4 * c.rowStride, 0, 0, 1, 0, 0, 0, workspaceStride];
    }),
  );
  return { kernel: batch, rows, relative: batchRelative };
}

/**
 * Few rows: parts of the columns, each a product of its own. Threads pack no column that another packs, and need not wait
 * for each other in between.
 */
function columnJob(
  { m, k, a, b, c }: MatmulStep,
  products: readonly ProductRun[],
  { batch }: GemmKernels,
  parts: readonly (readonly [number, number])[],
  workspaceStride: number,
): Job {
  const rows = products.flatMap((product) =>
    parts.map(([start, count]) => {
      const bStart = product.b + 4 * start * b.columnStride;
      const operands = [product.a, 4 * a.rowStride, 4 * a.columnStride, bStart, 4 * b.rowStride, 4 * b.columnStride];
      const target = [product.c + 4 * start, 4 * c.rowStride, 0, 0];
      return [m, count, k, ...operands, ...target, 1, 0, 0, 0, workspaceStride];
    }),
  );
  return { kernel: batch, rows, relative: batchRelative };
}

/** For each block of columns and steps: threads pack B together, and then draw parts of C, for which they pack A. */
function blockJobs(
  { m, n, k, a, b, c }: MatmulStep,
  product: ProductRun,
  { pack, block }: GemmKernels,
  threads: number,
  packedOffset: number,
): Job[] {
  const jobs: Job[] = [];
  const direct = Number(readsRowsDirectly(n, k));
  const parts = threads * partsPerThread;
  for (let column = 0; column < n; column += columnBlock) {
    const columns = Math.min(columnBlock, n - column);
    const columnParts = split(columns, columns * k < smallestSharedPack ? 1 : parts, tileColumns, tileColumns);
    const grid = gridOf(m, columns, direct === 1, parts);
    for (const { start, depth } of depthBlocks(k)) {
      const panelBytes = 4 * depth * tileColumns;
      const packed = (from: number): number => packedOffset + (from / tileColumns) * panelBytes;
      const bStart = product.b + 4 * (start * b.rowStride + column * b.columnStride);
      const packRows = columnParts.map(([from, count]) => {
        const source = bStart + 4 * from * b.columnStride;
        return [source, 4 * b.columnStride, 4 * b.rowStride, count, depth, packed(from), panelBytes];
      });
      const aStart = product.a + 4 * start * a.columnStride;
      const cStart = product.c + 4 * column;
      const blockRows = grid.map(({ row, rows, from, count }) => {
        const source = [aStart + 4 * row * a.rowStride, 4 * a.rowStride, 4 * a.columnStride];
        const target = [cStart + 4 * (row * c.rowStride + from), 4 * c.rowStride, start];
        return [rows, ...source, packed(from), count, depth, ...target, direct, 0, blockWorkspaceBytes];
      });
      jobs.push({ kernel: pack, rows: packRows, relative: packRelative });
      jobs.push({ kernel: block, rows: blockRows, relative: blockRelative });
    }
  }
  return jobs;
}

const packRelative: Job["relative"] = [
  [0, "b"],
  [5, "workspace"],
];
const blockRelative: Job["relative"] = [
  [1, "a"],
  [4, "workspace"],
  [7, "c"],
  [11, "workspace"],
];

/** Cuts C into about so many parts: of rows first, and of columns where there are few rows. */
function gridOf(m: number, columns: number, direct: boolean, parts: number) {
  const rowParts = split(m, parts, fewestRows, tileRows);
  const across = direct ? 1 : Math.ceil(parts / rowParts.length);
  const columnParts = split(columns, across, fewestColumns, tileColumns);
  return rowParts.flatMap(([row, rows]) => columnParts.map(([from, count]) => ({ row, rows, from, count })));
}

/** Cuts [0, extent) into at most `parts` parts, about equal, of multiples of `unit` and at least `fewest`. */
function split(extent: number, parts: number, fewest: number, unit: number): [number, number][] {
  const count = Math.max(1, Math.min(parts, Math.floor(extent / fewest)));
  const size = roundUp(Math.ceil(extent / count), unit);
  return Array.from({ length: Math.ceil(extent / size) }, (_, i) => [i * size, Math.min(size, extent - i * size)]);
}
