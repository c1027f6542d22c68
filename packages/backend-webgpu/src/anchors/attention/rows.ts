import type { MatrixAccess } from "@minima/tensor";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import { times } from "../../kernel/expression.ts";
import type { Operand } from "../../kernel/operand.ts";

/** The rows of a matrix, to be read in vec4s; behind their end are zeros. */
export interface Rows {
  /** Four elements of a row: the expressions of where the matrix starts, of the row, and the number of the quad. */
  quad(start: string, row: string, quad: number | string): string;
}

interface Matrix {
  readonly access: MatrixAccess;
  /** Elements of a row. */
  readonly width: number;
}

/** Binds matrices, each in vec4s if all that lie in its buffer can be read so. */
export function bindRows(writer: KernelWriter, matrices: readonly Matrix[]): Rows[] {
  return matrices.map(({ access, width }, i) => {
    const isVector = matrices.every((other) => other.access.slot !== access.slot || hasQuads(other));
    const operand = writer.bind(access, access.dtype, "read", isVector ? 4 : 1);
    const name = `row_quad${i}`;
    writer.function(`fn ${name}(start: i32, row: i32, quad: i32) -> vec4f`, () => {
      writer.line(`return ${isVector ? vectorAt(operand, access) : elementsAt(writer, operand, access, width)};`);
    });
    return { quad: (start, row, quad) => `${name}(${start}, ${row}, ${quad})` };
  });
}

function hasQuads({ access, width }: Matrix): boolean {
  const { offset, batchStrides, rowStride, columnStride } = access;
  return columnStride === 1 && [offset, ...batchStrides, rowStride, width].every((size) => size % 4 === 0);
}

function vectorAt(operand: Operand, { rowStride }: MatrixAccess): string {
  return operand.load(`(start + ${times("row", rowStride)}) / 4 + quad`);
}

function elementsAt(writer: KernelWriter, operand: Operand, access: MatrixAccess, width: number): string {
  writer.line(`let first = start + ${times("row", access.rowStride)};`);
  const elements = [0, 1, 2, 3].map((c) => {
    const column = `min(4 * quad + ${c}, ${width - 1})`;
    const value = operand.load(`first + ${times(column, access.columnStride)}`);
    return width % 4 === 0 ? value : `select(0.0f, ${value}, 4 * quad + ${c} < ${width})`;
  });
  return `vec4f(${elements.join(", ")})`;
}
