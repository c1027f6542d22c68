import { type Affine, type MatmulStep, type MatrixAccess, sizeOf, stridesOf } from "@minima/tensor";
import type { CompiledStep, KernelLimits } from "../../kernel/kernel.ts";
import { times } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { OperandWidth } from "../../kernel/operand.ts";
import { startOf, writeBatch } from "../batch.ts";
import { slotsOf } from "../epilogue.ts";
import { directCut } from "../product/direct-kernel.ts";
import type { Product } from "../product/product.ts";
import { productKernels } from "../product/product-kernels.ts";
import { tiledCut } from "../product/tile-kernel.ts";
import { bindSource, givesQuads, sourceSlots } from "../source.ts";
import { splitIndex } from "../window.ts";
import { type MatrixLayout, directionOf, hasQuads, matrixFactor } from "./matrix-factor.ts";
import { thinCut, thinnest } from "./thin.ts";

/** Batched matrix product: in tiles, or with a method of its own if it is hardly more than a matrix and a vector. */
export function matmulKernels(step: MatmulStep, limits: KernelLimits): CompiledStep {
  const { m, n, k, a, b, c } = step;
  const left = { places: m, terms: k, placeStride: a.rowStride, termStride: a.columnStride, start: layoutStart(a) };
  const right = { places: n, terms: k, placeStride: b.columnStride, termStride: b.rowStride, start: layoutStart(b) };
  const { sharedTiles } = limits.tuning;
  const isThin = sharedTiles && Math.min(m, n) <= thinnest;
  const widths: OperandWidth[] = sharedTiles ? widthsOf(step, left, right, isThin) : [1, 1];
  const product = productOf(step, left, right, widths);
  const [wide, width] = m < n ? [right, widths[1]] : [left, widths[0]];
  const cut = isThin
    ? thinCut(product, { along: directionOf(wide), isVector: width === 4 }, limits)
    : (sharedTiles ? tiledCut : directCut)(product, limits);
  return productKernels(step, c, product, cut, limits);
}

function productOf(
  step: MatmulStep,
  left: MatrixLayout,
  right: MatrixLayout,
  widths: readonly OperandWidth[],
): Product {
  const { batch, m, n, k, a, b, c } = step;
  const batches = sizeOf(batch);
  return {
    label: `matmul ${batch.length > 0 ? `[${batch.join()}] ` : ""}${m}x${k} by ${k}x${n}`,
    ...{ batches, rows: m, columns: n, terms: k },
    before: { kernels: [], scratch: [] },
    slots: [...sourceSlots(a), ...sourceSlots(b)],
    resultSize: batches * m * n,
    hasQuads: [n, c.offset, c.rowStride, ...c.batchStrides].every((size) => size % 4 === 0),
    ...(isRowMajor(c, [...batch, m, n])
      ? {}
      : { resultPlace: (writer, at) => placeOf(writer, c, [...batch, m, n], at) }),
    begin(writer, number, fetching) {
      writeBatch(writer, batch, number);
      const start = (name: string, access: MatrixAccess): string => {
        writer.line(`let ${name} = ${startOf(access, batch.length)};`);
        return name;
      };
      const [leftStart, rightStart, outStart] = [
        start("left_start", a),
        start("right_start", b),
        start("out_start", c),
      ];
      const leftOperand = bindSource(writer, a, widths[0]);
      const rightOperand = bindSource(writer, b, widths[1]);
      return {
        left: matrixFactor(writer, leftOperand, "left", left, leftStart, fetching),
        right: matrixFactor(writer, rightOperand, "right", right, rightStart, fetching),
        place: (row, column) => `${outStart} + ${times(row, c.rowStride)} + ${column}`,
        number: (row, column) => `(i32(${number}) * ${m} + ${row}) * ${n} + ${column}`,
      };
    },
  };
}

/** Whether a result lies in a buffer of its own, element by element. */
function isRowMajor({ offset, batchStrides, rowStride }: MatrixAccess, shape: readonly number[]): boolean {
  const strides = [...batchStrides, rowStride, 1];
  return offset === 0 && stridesOf(shape).every((stride, axis) => shape[axis] === 1 || stride === strides[axis]);
}

/** Where an element of a result lies, from its number. */
function placeOf(writer: KernelWriter, c: MatrixAccess, shape: readonly number[], number: string): string {
  const index = splitIndex(writer, number, shape, "c");
  const strides = [...c.batchStrides, c.rowStride, 1];
  return [`${c.offset}`, ...index.map((at, axis) => times(at, strides[axis]))].join(" + ");
}

function layoutStart({ offset, batchStrides }: MatrixAccess): Affine {
  return { offset, strides: batchStrides };
}

/** How the factors are bound: a buffer has one type in a kernel, whatever else reads it there. */
function widthsOf(step: MatmulStep, left: MatrixLayout, right: MatrixLayout, isThin: boolean): OperandWidth[] {
  const { m, n, a, b, epilogue } = step;
  const others = epilogue === undefined ? [] : slotsOf(epilogue);
  const isFree = (own: MatrixAccess, other: MatrixAccess): boolean =>
    givesQuads(own, own.slot >= 0 && own.slot === other.slot ? others : [...others, ...sourceSlots(other)]);
  const quads = [isFree(a, b) && hasQuads(left), isFree(b, a) && hasQuads(right)];
  if (isThin) {
    // The thin factor is fetched as the other one is, or element by element.
    const [thin, wide] = m < n ? [0, 1] : [1, 0];
    const directions = [left, right].map(directionOf);
    quads[thin] &&= quads[wide] && directions.every((direction) => direction === "terms");
  }
  if (a.slot === b.slot && quads[0] !== quads[1]) return [1, 1];
  return quads.map((hasThem) => (hasThem ? 4 : 1));
}
