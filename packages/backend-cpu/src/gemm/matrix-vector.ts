import { f32, f32x4, i32, select, v128, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { FunctionReference, ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "./arithmetic.ts";
import { columnBlock, forDepthBlocks } from "./blocking.ts";
import { multiplyAdd } from "./micro-kernel.ts";
import { transpose4x4 } from "./pack.ts";

const parameters = {
  matrix: "i32",
  laneStride: "i32",
  depthStride: "i32",
  lanes: "i32",
  depth: "i32",
  vector: "i32",
  vectorStride: "i32",
  result: "i32",
  resultStride: "i32",
  accumulate: "i32",
  scratch: "i32",
} as const;

type Inputs = Readonly<Record<keyof typeof parameters, Local<"i32">>>;
export type MatrixVector = FunctionReference<typeof parameters, null>;

/**
 * Defines the product of a matrix of `lanes` x `depth` elements with a vector of `depth` elements, which needs no packing.
 * It serves M = 1 (the matrix is B transposed) and N = 1 (the matrix is A). Each lane is summed up in the same order as in
 * a tile, so the bits are those of the general path.
 */
export function defineMatrixVector(module: ModuleBuilder, relaxed: boolean): MatrixVector {
  return module.function({ name: "matrixVector", parameters }, (f, p) => {
    forDepthBlocks(f, p.depth, (start, depth) => {
      const block = {
        ...p,
        depth,
        matrix: f.let(i32.add(p.matrix, i32.mul(start, p.depthStride))),
        vector: f.let(i32.add(p.vector, i32.mul(start, p.vectorStride))),
        accumulate: f.let(i32.or(p.accumulate, start)),
      };
      f.if(
        i32.eq(p.laneStride, 4),
        () => addScaledRows(f, block, relaxed),
        () => dotProducts(f, block, relaxed),
      );
    });
  });
}

/** Lanes lie side by side: adds rows of lanes, scaled by elements of the vector, to sums kept in the scratch memory. */
function addScaledRows(f: FunctionBuilder, p: Inputs, relaxed: boolean): void {
  f.forRange({ to: p.lanes, step: columnBlock }, (first) => {
    const lanes = f.let(minimum(i32.sub(p.lanes, first), columnBlock));
    const row = f.let(i32.add(p.matrix, i32.shl(first, 2)));
    const x = f.let(p.vector);
    const vectorEnd = f.let(i32.shl(i32.and(lanes, -4), 2));
    const end = f.let(i32.shl(lanes, 2));
    const addRows = (count: number): void => {
      const rows = [row];
      while (rows.length < count) rows.push(f.let(i32.add(rows[rows.length - 1], p.depthStride)));
      const factors = rows.map(() => {
        const factor = f.let(v128.load32_splat(x));
        f.increment(x, p.vectorStride);
        return factor;
      });
      const total = (sum: Expression<"v128">, load: (pointer: Local<"i32">) => Expression<"v128">) =>
        rows.reduce((partial, pointer, i) => multiplyAdd(relaxed, factors[i], load(pointer), partial), sum);
      f.forRange({ to: vectorEnd, step: 16 }, (offset) => {
        const sum = f.let(i32.add(p.scratch, offset));
        f.store(
          "v128.store",
          sum,
          total(v128.load(sum), (pointer) => v128.load(i32.add(pointer, offset))),
        );
      });
      f.forRange({ from: vectorEnd, to: end, step: 4 }, (offset) => {
        const sum = f.let(i32.add(p.scratch, offset));
        const value = total(v128.load32_zero(sum), (pointer) => v128.load32_zero(i32.add(pointer, offset)));
        f.storeLane("v128.store32_lane", 0, sum, value);
      });
      f.set(row, i32.add(rows[rows.length - 1], p.depthStride));
    };
    f.fillMemory(p.scratch, 0, end);
    f.forRange({ to: i32.shr_u(p.depth, 2) }, () => addRows(4));
    f.forRange({ to: i32.and(p.depth, 3) }, () => addRows(1));
    f.forRange({ to: lanes }, (lane) => {
      const sum = f32.load(i32.add(p.scratch, i32.shl(lane, 2)));
      storeResult(f, p, i32.add(first, lane), sum);
    });
  });
}

/** Sums up the products of four lanes at a time, in two groups to hide latency; works for all strides. */
function dotProducts(f: FunctionBuilder, p: Inputs, relaxed: boolean): void {
  // Blocks of four lanes by four steps are transposed in registers if steps lie side by side.
  const blocks = f.let(select(i32.eq(p.depthStride, 4), i32.shr_u(p.depth, 2), i32.const(0)));
  const rest = f.let(i32.sub(p.depth, i32.shl(blocks, 2)));
  const lanesAtOnce = (groups: number, first: Local<"i32">): void => {
    const pointers = [f.let(i32.add(p.matrix, i32.mul(first, p.laneStride)))];
    while (pointers.length < 4 * groups) pointers.push(f.let(i32.add(pointers[pointers.length - 1], p.laneStride)));
    const sums = Array.from({ length: groups }, () => f.let(f32x4.const(0)));
    const x = f.let(p.vector);
    const nextFactor = (): Local<"v128"> => {
      const factor = f.let(v128.load32_splat(x));
      f.increment(x, p.vectorStride);
      return factor;
    };
    f.forRange({ to: blocks }, () => {
      const factors = [nextFactor(), nextFactor(), nextFactor(), nextFactor()];
      sums.forEach((sum, group) => {
        const rows = pointers.slice(4 * group, 4 * group + 4).map((pointer) => f.let(v128.load(pointer)));
        transpose4x4(f, rows).forEach((column, i) => f.set(sum, multiplyAdd(relaxed, factors[i], column, sum)));
      });
      for (const pointer of pointers) f.increment(pointer, 16);
    });
    f.forRange({ to: rest }, () => {
      const factor = nextFactor();
      sums.forEach((sum, group) => {
        const column = f.let(v128.load32_zero(pointers[4 * group]));
        for (let i = 1; i < 4; i++) f.set(column, v128.load32_lane(i, pointers[4 * group + i], column));
        f.set(sum, multiplyAdd(relaxed, factor, column, sum));
      });
      for (const pointer of pointers) f.increment(pointer, p.depthStride);
    });
    sums.forEach((sum, group) => {
      for (let i = 0; i < 4; i++) storeResult(f, p, i32.add(first, 4 * group + i), f32x4.extract_lane(sum, i));
    });
  };
  const pairsEnd = f.let(i32.and(p.lanes, -8));
  f.forRange({ to: pairsEnd, step: 8 }, (first) => lanesAtOnce(2, first));
  f.forRange({ from: pairsEnd, to: p.lanes }, (lane) => {
    const pointer = f.let(i32.add(p.matrix, i32.mul(lane, p.laneStride)));
    const x = f.let(p.vector);
    const sum = f.let(f32x4.const(0));
    f.forRange({ to: p.depth }, () => {
      f.set(sum, multiplyAdd(relaxed, v128.load32_zero(x), v128.load32_zero(pointer), sum));
      f.increment(x, p.vectorStride).increment(pointer, p.depthStride);
    });
    storeResult(f, p, lane, f32x4.extract_lane(sum, 0));
  });
}

function storeResult(f: FunctionBuilder, p: Inputs, lane: Expression<"i32">, value: Expression<"f32">): void {
  const target = f.let(i32.add(p.result, i32.mul(lane, p.resultStride)));
  const sum = f.let(value);
  f.if(p.accumulate, () => f.set(sum, f32.add(f32.load(target), sum)));
  f.store("f32.store", target, sum);
}
