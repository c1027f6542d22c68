import type { MatmulStep, MatrixAccess } from "@minima/tensor";
import { gemmModule, gemmWorkspaceBytes, tileColumns, tileRows } from "./gemm/index.ts";
import type { CpuMemory } from "./memory/memory.ts";
import type { StepRunner } from "./program.ts";
import type { Kernel, Kernels } from "./threads/kernels.ts";
import type { ThreadPool } from "./threads/pool.ts";

/** Multiplications below which a product stays on one thread: some 4 µs. */
const smallestShared = 100_000;
/** Most products of a batch that are handed out at once. */
const mostParts = 512;
const gemmArguments = 13;

/** One product of the step, or a part of its rows or columns. */
interface Part {
  readonly m: number;
  readonly n: number;
  /** Byte offsets of the operands and of the result. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Matrix products on the packed GEMM; strided and transposed operands are packed from where they lie. */
export class MatmulKernel {
  readonly #memory: CpuMemory;
  readonly #kernels: Kernels;
  readonly #pool: ThreadPool | null;
  readonly #options: { readonly relaxed: boolean; readonly shared: boolean };
  #gemm: Kernel | null = null;

  constructor(
    memory: CpuMemory,
    kernels: Kernels,
    pool: ThreadPool | null,
    options: { readonly relaxed: boolean; readonly shared: boolean },
  ) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#pool = pool;
    this.#options = options;
  }

  compile(step: MatmulStep): StepRunner {
    const gemm = (this.#gemm ??= this.#kernels.add(gemmModule(this.#options), "gemm"));
    const { m, n, k, a, b, c } = step;
    const pool = this.#pool;
    const isShared = pool !== null && m * n * k * batchSize(step) >= smallestShared;
    const products = batchOffsets(step);
    const parts =
      isShared && products.length < pool.size ? products.flatMap((p) => divide(p, step, pool.size)) : products;
    const workspaceBytes = Math.ceil(gemmWorkspaceBytes(n, k) / 64) * 64;
    const write = (
      words: Int32Array,
      at: number,
      part: Part,
      addresses: readonly number[],
      workspace: number,
    ): void => {
      words[at] = part.m;
      words[at + 1] = part.n;
      words[at + 2] = k;
      words[at + 3] = addresses[a.slot] + part.a;
      words[at + 4] = a.rowStride * 4;
      words[at + 5] = a.columnStride * 4;
      words[at + 6] = addresses[b.slot] + part.b;
      words[at + 7] = b.rowStride * 4;
      words[at + 8] = b.columnStride * 4;
      words[at + 9] = addresses[c.slot] + part.c;
      words[at + 10] = c.rowStride * 4;
      words[at + 11] = 0;
      words[at + 12] = workspace;
    };
    if (!isShared) {
      const row = new Int32Array(gemmArguments);
      return (addresses) => {
        const workspace = this.#memory.allocate(workspaceBytes);
        for (const part of parts) {
          write(row, 0, part, addresses, workspace.address);
          gemm.call(...row);
        }
        this.#memory.free(workspace);
      };
    }
    return (addresses) => {
      for (let first = 0; first < parts.length; first += mostParts) {
        const count = Math.min(mostParts, parts.length - first);
        const workspace = this.#memory.allocate(workspaceBytes * count);
        pool.run(gemm, count, gemmArguments, (words, at, i) => {
          write(words, at, parts[first + i], addresses, workspace.address + i * workspaceBytes);
        });
        this.#memory.free(workspace);
      }
    };
  }
}

/** Cuts a product into parts of rows, or of columns where there are more of them; the bits do not depend on the cut. */
function divide(whole: Part, { a, b, c }: MatmulStep, parts: number): Part[] {
  const byRows = whole.m >= whole.n;
  const [extent, unit] = byRows ? [whole.m, tileRows] : [whole.n, tileColumns];
  const size = Math.ceil(extent / parts / unit) * unit;
  return Array.from({ length: Math.ceil(extent / size) }, (_, i): Part => {
    const start = i * size;
    const length = Math.min(size, extent - start);
    return byRows
      ? { ...whole, m: length, a: whole.a + start * a.rowStride * 4, c: whole.c + start * c.rowStride * 4 }
      : { ...whole, n: length, b: whole.b + start * b.columnStride * 4, c: whole.c + start * 4 };
  });
}

function batchSize({ batch }: MatmulStep): number {
  return batch.reduce((product, extent) => product * extent, 1);
}

/** The products of a step: one for each point of the batch loops. */
function batchOffsets({ batch, m, n, a, b, c }: MatmulStep): Part[] {
  let parts: Part[] = [{ m, n, a: a.offset * 4, b: b.offset * 4, c: c.offset * 4 }];
  batch.forEach((extent, axis) => {
    const step = (access: MatrixAccess): number => access.batchStrides[axis] * 4;
    parts = parts.flatMap((part) =>
      Array.from({ length: extent }, (_, i) => ({
        ...part,
        a: part.a + i * step(a),
        b: part.b + i * step(b),
        c: part.c + i * step(c),
      })),
    );
  });
  return parts;
}
