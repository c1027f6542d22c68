import { type MatmulStep, type MatrixAccess, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../kernel/kernel.ts";
import { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Operand } from "../kernel/operand.ts";
import { elementStore, withEpilogue } from "./epilogue.ts";

/** Invocations of a workgroup along each side of its tile. */
const side = 16;
/** Terms of the sums that are fetched at a time. */
const depth = 16;

/**
 * Batched matrix product. A workgroup computes a tile of the result: 16 by 16 invocations, each several rows and columns
 * 16 apart. Tiles of both factors are fetched into shared memory, where rows and columns outside of the matrices are
 * zeros; the invocations that fetch neighbouring elements are neighbours, whichever way a factor lies in memory.
 */
export function matmulKernels(step: MatmulStep, limits: KernelLimits): Kernel[] {
  return withEpilogue(step, [step.a.slot, step.b.slot, step.c.slot], limits, matmulKernel);
}

function matmulKernel(step: MatmulStep, limits: KernelLimits): Kernel {
  const { batch, m, n, k, a, b, c, epilogue } = step;
  const [rows, columns] = cellsPerInvocation(m, n, sizeOf(batch));
  const [tileRows, tileColumns] = [rows * side, columns * side];
  const tilesDown = Math.ceil(m / tileRows);
  const tilesAcross = Math.ceil(n / tileColumns);
  const writer = new KernelWriter(limits);
  const left = writer.bind(a, "float32", "read");
  const right = writer.bind(b, "float32", "read");
  const store = elementStore(writer, writer.bind(c, "float32", "write"), c.slot, epilogue);
  writer.share("left_tile", `array<f32, ${depth * tileRows}>`);
  writer.share("right_tile", `array<f32, ${depth * tileColumns}>`);
  const label = `matmul ${batch.length > 0 ? `[${batch.join()}] ` : ""}${m}x${k} by ${k}x${n}`;
  return writer.forEachGroup(label, sizeOf(batch) * tilesDown * tilesAcross, side * side, () => {
    writer.line(`let first_column = i32(item % ${tilesAcross}u) * ${tileColumns};`);
    writer.line(`let first_row = i32((item / ${tilesAcross}u) % ${tilesDown}u) * ${tileRows};`);
    writeBatch(writer, step, tilesDown * tilesAcross);
    writer.line(`let column = i32(lane % ${side}u);`);
    writer.line(`let row = i32(lane / ${side}u);`);
    const cells = grid(rows, columns);
    for (const [r, s] of cells) writer.line(`var sum${r}${s} = 0.0f;`);
    writer.block(`for (var start = 0; start < ${k}; start += ${depth})`, () => {
      fetchTile(writer, left, {
        tile: "left_tile", base: "left_base", first: "first_row", extent: m, width: tileRows,
        stride: a.rowStride, depthStride: a.columnStride, terms: k,
      }); // prettier-ignore
      fetchTile(writer, right, {
        tile: "right_tile", base: "right_base", first: "first_column", extent: n, width: tileColumns,
        stride: b.columnStride, depthStride: b.rowStride, terms: k,
      }); // prettier-ignore
      writer.line("workgroupBarrier();");
      writer.block(`for (var p = 0; p < ${depth}; p++)`, () => {
        for (let r = 0; r < rows; r++) writer.line(`let x${r} = left_tile[p * ${tileRows} + row + ${r * side}];`);
        for (let s = 0; s < columns; s++) {
          writer.line(`let y${s} = right_tile[p * ${tileColumns} + column + ${s * side}];`);
        }
        for (const [r, s] of cells) writer.line(`sum${r}${s} = fma(x${r}, y${s}, sum${r}${s});`);
      });
      writer.line("workgroupBarrier();");
    });
    for (const [r, s] of cells) {
      writer.line(`let i${r}${s} = first_row + row + ${r * side};`);
      writer.line(`let j${r}${s} = first_column + column + ${s * side};`);
      const place = `out_base + i${r}${s} * ${c.rowStride} + j${r}${s} * ${c.columnStride}`;
      writer.block(`if (i${r}${s} < ${m} && j${r}${s} < ${n})`, () => store(place, `sum${r}${s}`));
    }
  });
}

/** Fewer workgroups leave a GPU idle. */
const enoughWorkgroups = 32;

/** How many rows and columns each invocation computes: up to 4 by 4, as long as there are enough workgroups. */
function cellsPerInvocation(m: number, n: number, batches: number): [number, number] {
  const most = (extent: number): number => (extent > 2 * side ? 4 : extent > side ? 2 : 1);
  let [rows, columns] = [most(m), most(n)];
  const workgroups = (): number => Math.ceil(m / (rows * side)) * Math.ceil(n / (columns * side)) * batches;
  while (rows * columns > 1 && workgroups() < enoughWorkgroups) {
    if (rows >= columns) rows /= 2;
    else columns /= 2;
  }
  return [rows, columns];
}

function grid(rows: number, columns: number): [number, number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}

/** Where the three matrices of this batch begin. */
function writeBatch(writer: KernelWriter, { batch, a, b, c }: MatmulStep, tiles: number): void {
  let unit = sizeOf(batch) * tiles;
  const loops = batch.map((extent, axis) => {
    unit /= extent;
    writer.line(`let batch${axis} = i32((item / ${unit}u) % ${extent}u);`);
    return `batch${axis}`;
  });
  const base = (access: MatrixAccess): string =>
    [`${access.offset}`, ...loops.map((loop, axis) => `${loop} * ${access.batchStrides[axis]}`)].join(" + ");
  writer.line(`let left_base = ${base(a)};`);
  writer.line(`let right_base = ${base(b)};`);
  writer.line(`let out_base = ${base(c)};`);
}

/** A piece of a factor: `width` rows or columns from `first` on, and `depth` terms from `start` on. */
interface Piece {
  readonly tile: string;
  readonly base: string;
  readonly first: string;
  /** How many rows or columns the matrix has, and how far apart they lie. */
  readonly extent: number;
  readonly stride: number;
  readonly width: number;
  /** How many terms the sums have, and how far apart they lie. */
  readonly terms: number;
  readonly depthStride: number;
}

/** Fetches a piece into shared memory, term by term, rows or columns side by side. */
function fetchTile(writer: KernelWriter, source: Operand, piece: Piece): void {
  const { tile, base, first, extent, stride, width, terms, depthStride } = piece;
  writer.block(`for (var e = lane; e < ${width * depth}u; e += ${side * side}u)`, () => {
    const alongTerms = Math.abs(depthStride) === 1 && Math.abs(stride) !== 1;
    const [inTerm, inWidth] = alongTerms ? [`e % ${depth}u`, `e / ${depth}u`] : [`e / ${width}u`, `e % ${width}u`];
    writer.line(`let term = i32(${inTerm});`);
    writer.line(`let place = i32(${inWidth});`);
    writer.line("var value = 0.0f;");
    writer.block(`if (${first} + place < ${extent} && start + term < ${terms})`, () => {
      writer.line(
        `value = ${source.load(`${base} + (${first} + place) * ${stride} + (start + term) * ${depthStride}`)};`,
      );
    });
    writer.line(`${tile}[term * ${width} + place] = value;`);
  });
}
