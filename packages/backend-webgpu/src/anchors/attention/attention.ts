import { type AttentionStep, type MatrixAccess, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { times } from "../../kernel/expression.ts";
import type { Operand } from "../../kernel/operand.ts";
import { literal } from "../../kernel/value-type.ts";
import { quadCast } from "../../loop/quad-value.ts";
import { startOf, writeBatch } from "../batch.ts";
import { roles } from "./roles.ts";
import { type Rows, bindRows } from "./rows.ts";

/** Features up to which rows are kept in registers. */
export const mostFeatures = 128;

/** Rows of a workgroup: one an invocation. */
const lanes = 64;
/** Rows that pass by at a time take at most so many bytes of shared memory, of which every device has 16 KiB. */
const [tileBytes, longestTile] = [16_000, 32];
/** Under the least finite float32, and over the greatest: what takes the place of infinities, which WGSL need not keep. */
const [lowest, highest] = ["-3.4e38f", "3.4e38f"];

/**
 * Attention and its gradients without the scores of more than a tile at a time: each invocation goes through all rows of
 * the other side for a row of its own, and keeps the sum in registers (online softmax: Milakov and Gimelshein 2018; tiles:
 * Dao et al. 2022, "FlashAttention"). Sums run in the order of the rows. Without shared tiles rows are read from where
 * they lie.
 */
export function attentionKernel(step: AttentionStep, limits: KernelLimits): Kernel {
  const { attributes, batch, queries, keys, features, values, inputs, mask, output } = step;
  const { mode } = attributes;
  const { own, kept, passing, summed, numbers } = roles[mode];
  const [count, others] = own === "query" ? [queries, keys] : [keys, queries];
  const blocks = Math.ceil(count / lanes);
  const widths = [features, values];
  const quads = widths.map((width) => Math.ceil(width / 4));
  const rowBytes = passing.reduce((total, _, i) => total + 16 * quads[i], 8);
  const tile = Math.min(longestTile, Math.floor(tileBytes / rowBytes));
  const writer = new KernelWriter(limits);
  const label = `attention ${mode} ${[...batch, queries].join("x")} by ${keys}, ${features} features`;
  return writer.forEachGroup(label, sizeOf(batch) * blocks, lanes, () => {
    const rows = bindRows(
      writer,
      [...kept, ...passing].map((i) => ({ access: inputs[i], width: widthOf(i) })),
    );
    const rowsOf = (i: number): Rows => rows[[...kept, ...passing].indexOf(i)];
    const wantsQueryNumbers = numbers.length > 0 && own === "query";
    writeBatch(writer, batch, `(item / ${blocks}u)`);
    [...kept, ...passing].forEach((i) => writer.line(`let start${i} = ${startOf(inputs[i], batch.length)};`));
    const numberOperands = numbers.map((i): [Operand, MatrixAccess] => [
      writer.bind(inputs[i], inputs[i].dtype, "read"),
      inputs[i],
    ]);
    numbers.forEach((i) => writer.line(`let start${i} = ${startOf(inputs[i], batch.length)};`));
    const maskOperand = mask === null ? null : writer.bind(mask, mask.dtype, "read");
    if (mask !== null) writer.line(`let mask_start = ${startOf(mask, batch.length)};`);
    writer.line(`let first_row = i32(item % ${blocks}u) * ${lanes};`);
    writer.line("let own_row = first_row + i32(lane);");
    writer.line(`let row = min(own_row, ${count - 1});`);
    kept.forEach((input, i) => {
      for (let q = 0; q < quads[i]; q++)
        writer.line(`let kept${i}_${q} = ${rowsOf(input).quad(`start${input}`, "row", q)};`);
    });
    const numberAt = (n: number, query: string): string => {
      const [operand, access] = numberOperands[n];
      return operand.load(`start${numbers[n]} + ${query} * ${access.rowStride}`);
    };
    const names = ["log_sum_exp", "mean"];
    if (wantsQueryNumbers) numbers.forEach((_, n) => writer.line(`let ${names[n]} = ${numberAt(n, "row")};`));
    const sumQuads = summed === null ? 0 : quads[summed];
    for (let q = 0; q < sumQuads; q++) writer.line(`var sum${q} = vec4f();`);
    if (numbers.length === 0) {
      writer.line(`var largest = ${lowest};`);
      writer.line("var total = 0.0f;");
    }
    const [from, to] = rangeOfOthers();
    if (limits.tuning.sharedTiles) writeTiles(from, to);
    else writer.block(`for (var other = ${from}; other < ${to}; other++)`, writePair);
    writer.line(`if (own_row >= ${count}) { return; }`);
    writeResult();

    /** Goes through the rows of the other side in tiles, which invocations fetch together. */
    function writeTiles(from: string, to: string): void {
      passing.forEach((_, i) => writer.share(`tile${i}`, `array<vec4f, ${tile * quads[i]}>`));
      if (own === "key") numbers.forEach((_, n) => writer.share(`${names[n]}_tile`, `array<f32, ${tile}>`));
      writer.block(`for (var first = ${from}; first < ${to}; first += ${tile})`, () => {
        passing.forEach((input, i) => {
          writer.block(`for (var e = i32(lane); e < ${tile * quads[i]}; e += ${lanes})`, () => {
            writer.line(`let other = min(first + e / ${quads[i]}, ${others - 1});`);
            writer.line(`tile${i}[e] = ${rowsOf(input).quad(`start${input}`, "other", `(e % ${quads[i]})`)};`);
          });
        });
        if (own === "key" && numbers.length > 0) {
          writer.block(`if (i32(lane) < ${tile})`, () => {
            writer.line(`let other = min(first + i32(lane), ${others - 1});`);
            numbers.forEach((_, n) => writer.line(`${names[n]}_tile[lane] = ${numberAt(n, "other")};`));
          });
        }
        writer.line("workgroupBarrier();");
        writer.block(`for (var r = 0; r < min(${tile}, ${others} - first); r++)`, () => {
          writer.line("let other = first + r;");
          writePair();
        });
        writer.line("workgroupBarrier();");
      });
    }

    /** Four elements of the row that passes by. */
    function passingQuad(i: number, q: number): string {
      if (limits.tuning.sharedTiles) return `tile${i}[r * ${quads[i]} + ${q}]`;
      return rowsOf(passing[i]).quad(`start${passing[i]}`, "other", q);
    }

    function passingNumber(n: number): string {
      return limits.tuning.sharedTiles ? `${names[n]}_tile[r]` : numberAt(n, "other");
    }

    function widthOf(input: number): number {
      return widths[Math.max(kept.indexOf(input), passing.indexOf(input))];
    }

    /** The rows of the other side that a workgroup has to see. */
    function rangeOfOthers(): [string, string] {
      if (!attributes.isCausal) return ["0", `${others}`];
      return own === "query"
        ? ["0", `min(${others}, first_row + ${lanes})`]
        : [`first_row / ${tile} * ${tile}`, `${others}`];
    }

    function dotProduct(name: string, i: number): void {
      writer.line(`var ${name} = 0.0f;`);
      for (let q = 0; q < quads[i]; q++) writer.line(`${name} += dot(kept${i}_${q}, ${passingQuad(i, q)});`);
    }

    /** What a pair of a query and a key adds. */
    function writePair(): void {
      const [query, key] = own === "query" ? ["row", "other"] : ["other", "row"];
      if (attributes.isCausal) writer.line(`if (${key} > ${query}) { continue; }`);
      const place = mask === null ? "" : `mask_start + ${query} * ${mask.rowStride} + ${key} * ${mask.columnStride}`;
      if (maskOperand?.dtype === "bool") writer.line(`if (!${maskOperand.load(place)}) { continue; }`);
      dotProduct("score", 0);
      writer.line(`score *= ${literal(attributes.scale, "float32")};`);
      if (maskOperand !== null && maskOperand.dtype !== "bool") {
        writer.line(`score += ${maskOperand.load(place)};`);
        writer.line(`if (score < ${lowest}) { continue; }`);
      }
      const exp = writer.use("exp_f32");
      if (numbers.length === 0) {
        writer.block("if (score > largest)", () => {
          writer.line(`let shrink = ${exp}(largest - score);`);
          writer.line("total *= shrink;");
          for (let q = 0; q < sumQuads; q++) writer.line(`sum${q} *= shrink;`);
          writer.line("largest = score;");
        });
        writer.line(`let weight = ${exp}(score - largest);`);
        writer.line("total += weight;");
      } else {
        if (own === "key") numbers.forEach((_, n) => writer.line(`let ${names[n]} = ${passingNumber(n)};`));
        writer.line(`if (log_sum_exp > ${highest}) { continue; }`);
        writer.line(`${kept.length > 1 ? "var" : "let"} weight = ${exp}(score - log_sum_exp);`);
        if (kept.length > 1) {
          dotProduct("by_weight", 1);
          writer.line(`weight *= (by_weight - mean) * ${literal(attributes.scale, "float32")};`);
        }
      }
      for (let q = 0; q < sumQuads; q++) writer.line(`sum${q} += weight * ${passingQuad(summed ?? 0, q)};`);
    }

    function writeResult(): void {
      writer.line(`let place = ${startOf(output, batch.length)} + ${times("own_row", output.rowStride)};`);
      if (summed === null) {
        const out = writer.bind(output, output.dtype, "write");
        out.store(
          "place",
          `select(largest + ${writer.use("log_f32")}(total), ${writer.use("infinity")}(), total == 0.0f)`,
        );
        return;
      }
      const width = widths[summed];
      const { offset, rowStride, batchStrides } = output;
      const isVector = [width, offset, rowStride, ...batchStrides].every((size) => size % 4 === 0);
      const out = writer.bind(output, output.dtype, "write", isVector ? 4 : 1);
      if (numbers.length === 0) writer.line("let factor = select(1.0f / total, 0.0f, total == 0.0f);");
      for (let q = 0; q < sumQuads; q++) {
        const sum = numbers.length === 0 ? `sum${q} * factor` : `sum${q}`;
        const value = quadCast(writer, "float32", output.dtype, sum);
        if (isVector) out.store(`place / 4 + ${q}`, value);
        else {
          for (let c = 0; c < Math.min(4, width - 4 * q); c++) {
            out.store(`place + ${4 * q + c}`, `(${value}).${"xyzw"[c]}`);
          }
        }
      }
    }
  });
}
