import type { TypedArray } from "./dtype.ts";
import type { Node } from "./graph/node.ts";
import { type Shape, formatShape } from "./shape.ts";

/** Elements at each end of an axis that is too long to print whole. */
const edge = 3;
/** Axes longer than this are shortened. */
const longest = 8;

/** A tensor in one line or block of text, without running work. */
export function describeTensor(node: Node): string {
  const head = `Tensor ${formatShape(node.shape)} ${node.dtype}`;
  const host = node.storage?.host;
  if (host !== null && host !== undefined) return `${head} ${formatValues(host, node.shape, node.dtype === "bool")}`;
  const where = node.device === null ? "" : ` on ${node.device.name}`;
  if (node.lost !== null || (node.storage !== null && node.storage.stale !== null)) return `${head} (stale)`;
  return node.storage === null ? `${head} (pending: ${node.kind})${where}` : `${head}${where}`;
}

/** Nested brackets with the middle of long axes left out. */
export function formatValues(data: TypedArray, shape: Shape, isBool: boolean): string {
  const show = (i: number): string => {
    if (isBool) return data[i] !== 0 ? "true" : "false";
    return data instanceof Float32Array ? formatNumber(data[i]) : String(data[i]);
  };
  const build = (axis: number, offset: number, stride: number): string => {
    if (axis === shape.length) return show(offset);
    const inner = shape[axis] === 0 ? 0 : stride / shape[axis];
    const parts: string[] = [];
    for (let i = 0; i < shape[axis]; i++) {
      if (shape[axis] > longest && i === edge) {
        parts.push("…");
        i = shape[axis] - edge;
      }
      parts.push(build(axis + 1, offset + i * inner, inner));
    }
    const nested = axis < shape.length - 1;
    return `[${parts.join(nested ? `,\n${" ".repeat(axis + 1)}` : ", ")}]`;
  };
  return build(0, 0, data.length);
}

/** At most six significant digits, as PyTorch prints four decimals: enough to compare by eye. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}
