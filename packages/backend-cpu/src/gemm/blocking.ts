import { i32, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { minimum, roundUp as emitRoundUp } from "./arithmetic.ts";

/**
 * The tile of C that the micro kernel holds in registers: five rows of eight columns. Its ten sums, two vectors of B, one
 * of A and one product fit the 15 vector registers that V8 leaves free on x64, and ten are enough to hide the latency of
 * an addition.
 */
export const tileRows = 5;
export const tileColumns = 8;

/** Most steps along K that are summed up in registers: a panel of B (16 KB) stays in the first-level cache. */
const maximumDepth = 512;
/** Steps of the micro kernel's unrolled loop. Blocks of K are multiples of it where they can be. */
export const depthUnroll = 8;
/** Rows of A packed at a time: at most 160 KB, which stay in the second-level cache. A multiple of the tile. */
export const rowBlock = 80;
/** Columns of B packed at a time: at most 2 MB, for the third-level cache. A multiple of the tile. */
export const columnBlock = 1024;
/** Up to so many columns the micro kernel reads A where it lies: packing would cost more than it saves. */
export const maximumDirectColumns = 24;
/** So too up to this depth, where writing C takes the time: tiles then follow its rows. */
export const maximumDirectDepth = 8;

/** The next multiple of a number. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Alignment of packed panels in bytes: a cache line. */
export const panelAlignment = 64;

/** Where the parts of the workspace start, in bytes from its first aligned byte. */
export const workspaceLayout = {
  /** One tile, or in products with a vector `columnBlock` sums. */
  scratch: 0,
  packedA: 4 * columnBlock,
  packedB: 4 * (columnBlock + rowBlock * maximumDepth),
} as const;

/** Bytes of workspace that rows of A need beside packed B: a multiple of the alignment. */
export const blockWorkspaceBytes = workspaceLayout.packedB;

/** Bytes of packed B: of the columns and steps of one block. */
export function packedColumnBytes(n: number, k: number): number {
  return 4 * Math.ceil(Math.min(n, columnBlock) / tileColumns) * tileColumns * Math.min(k, maximumDepth);
}

/** Bytes of workspace that a product of M x K and K x N needs at most. It may start at any address. */
export function gemmWorkspaceBytes(n: number, k: number): number {
  return panelAlignment + workspaceLayout.packedB + packedColumnBytes(n, k);
}

/** Whether a product reads A where it lies. */
export function readsRowsDirectly(n: number, k: number): boolean {
  return n <= maximumDirectColumns || k <= maximumDirectDepth;
}

/** The first aligned address of the workspace. */
export function alignedWorkspace(f: FunctionBuilder, workspace: Local<"i32">): Local<"i32"> {
  return f.let(emitRoundUp(workspace, panelAlignment));
}

/**
 * Cuts [0, k) into the fewest blocks of at most `maximumDepth`, about equally long, and runs `body` for each.
 *
 * This cut decides the bits of the result, and it depends on K alone. Each element of C is computed as follows, by every
 * path of `gemm` and at every place of a tile: within a block of K a sum that starts at zero takes the products in
 * order of k, each with one multiply-add; the sums of the blocks are then added to C in order. So rows and columns of C
 * can be handed to any number of threads, in pieces of any size, and the bits stay the same. (Pieces that are multiples of
 * `tileRows` and `tileColumns` lose no time on partly filled tiles.)
 */
export function forDepthBlocks(
  f: FunctionBuilder,
  k: Local<"i32">,
  body: (start: Local<"i32">, depth: Local<"i32">) => void,
): void {
  f.if(k, () => {
    const count = f.let(i32.div_s(i32.add(k, maximumDepth - 1), maximumDepth));
    const block = f.let(emitRoundUp(i32.div_s(i32.add(k, i32.sub(count, 1)), count), depthUnroll));
    f.forRange({ to: k, step: block }, (start) => body(start, f.let(minimum(i32.sub(k, start), block))));
  });
}

/** The blocks of {@link forDepthBlocks}, for work that is handed out block by block. */
export function depthBlocks(k: number): { readonly start: number; readonly depth: number }[] {
  if (k === 0) return [];
  const count = Math.ceil(k / maximumDepth);
  const block = Math.ceil(Math.ceil(k / count) / depthUnroll) * depthUnroll;
  return Array.from({ length: Math.ceil(k / block) }, (_, i) => {
    return { start: i * block, depth: Math.min(block, k - i * block) };
  });
}
