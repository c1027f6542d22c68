import { f32, i32, select, shuffle, v128, type Expression, type FunctionReference, type Local } from "../wasm/index.ts";
import type { FunctionBuilder, ModuleBuilder } from "../wasm/index.ts";

const packParameters = {
  source: "i32",
  laneStride: "i32",
  depthStride: "i32",
  lanes: "i32",
  depth: "i32",
  target: "i32",
  panelBytes: "i32",
} as const;

export type PackFunction = FunctionReference<typeof packParameters, null>;

/** Steps copied from one panel before going to the next, where lanes lie side by side: reads run along few rows. */
const stepsAtATime = 8;

/**
 * Defines the function that copies a matrix of `lanes` x `depth` elements into panels of `width` lanes, so that the micro
 * kernel reads memory in order: panel p holds, for each step along the depth, the `width` elements of the lanes from
 * p·width on. Missing lanes of the last panel are zero. Panels start `panelBytes` apart, 4·width·depth if there is nothing
 * else in them.
 *
 * Element (lane, step) is read at `source + lane·laneStride + step·depthStride`. For A the lanes are its rows, for B its
 * columns; a transposed operand has the two strides exchanged. Both orders in which one stride is 4 bytes are fast.
 */
export function definePack(
  module: ModuleBuilder,
  name: string,
  width: number,
  { exported = false }: { readonly exported?: boolean } = {},
): PackFunction {
  return module.function({ name, parameters: packParameters, exported }, (f, { depth, ...p }) => {
    const chunk = f.let(select(i32.eq(p.laneStride, 4), i32.const(stepsAtATime), depth));
    f.forRange({ to: depth, step: chunk }, (start) => {
      const rest = i32.sub(depth, start);
      const steps = f.let(select(i32.lt_s(rest, chunk), rest, chunk));
      const source = f.let(i32.add(p.source, i32.mul(start, p.depthStride)));
      const target = f.let(i32.add(p.target, i32.mul(start, 4 * width)));
      f.forRange({ to: p.lanes, step: width }, (first) => {
        const valid = f.let(i32.sub(p.lanes, first));
        const panel = { source, laneStride: p.laneStride, depthStride: p.depthStride, depth: steps, target, width };
        f.if(
          i32.lt_s(valid, width),
          () => {
            f.fillMemory(target, 0, i32.mul(steps, 4 * width));
            copyLanes(f, panel, valid);
          },
          () => {
            f.if(
              i32.eq(p.laneStride, 4),
              () => copySteps(f, panel),
              () => {
                f.if(
                  i32.eq(p.depthStride, 4),
                  () => transpose(f, panel),
                  () => copyLanes(f, panel, i32.const(width)),
                );
              },
            );
          },
        );
        f.increment(source, i32.mul(p.laneStride, width)).increment(target, p.panelBytes);
      });
    });
  });
}

interface Panel {
  source: Local<"i32">;
  laneStride: Local<"i32">;
  depthStride: Local<"i32">;
  depth: Local<"i32">;
  target: Local<"i32">;
  width: number;
}

/** Element by element, lane after lane: works for all strides. */
function copyLanes(f: FunctionBuilder, panel: Panel, lanes: Expression<"i32">): void {
  f.forRange({ to: lanes }, (lane) => {
    const from = f.let(i32.add(panel.source, i32.mul(lane, panel.laneStride)));
    const to = f.let(i32.add(panel.target, i32.shl(lane, 2)));
    f.forRange({ to: panel.depth }, () => {
      f.store("f32.store", to, f32.load(from));
      f.increment(from, panel.depthStride).increment(to, 4 * panel.width);
    });
  });
}

/** Lanes lie side by side: copies them step after step. */
function copySteps(f: FunctionBuilder, { source, depthStride, depth, target, width }: Omit<Panel, "laneStride">): void {
  const from = f.let(source);
  const to = f.let(target);
  f.forRange({ to: depth }, () => {
    let lane = 0;
    for (; lane + 4 <= width; lane += 4) f.store("v128.store", to, v128.load(from, 4 * lane), 4 * lane);
    for (; lane < width; lane++) f.store("f32.store", to, f32.load(from, 4 * lane), 4 * lane);
    f.increment(from, depthStride).increment(to, 4 * width);
  });
}

/** Steps lie side by side: transposes blocks of four lanes by four steps, and scatters what is left over. */
function transpose(f: FunctionBuilder, { source, laneStride, depth, target, width }: Omit<Panel, "depthStride">): void {
  const stepBytes = 4 * width;
  const wholeBlocks = f.let(i32.and(depth, -4));
  let lane = 0;
  for (; lane < width; lane += Math.min(4, width - lane)) {
    const count = Math.min(4, width - lane);
    const from = [f.let(i32.add(source, i32.mul(laneStride, lane)))];
    while (from.length < count) from.push(f.let(i32.add(from[from.length - 1], laneStride)));
    const to = f.let(i32.add(target, 4 * lane));
    f.forRange({ to: wholeBlocks, step: 4 }, () => {
      const rows = from.map((pointer) => f.let(v128.load(pointer)));
      if (count === 4) {
        transpose4x4(f, rows).forEach((column, step) => f.store("v128.store", to, column, step * stepBytes));
      } else {
        rows.forEach((row, i) => {
          for (let step = 0; step < 4; step++)
            f.storeLane("v128.store32_lane", step, to, row, step * stepBytes + 4 * i);
        });
      }
      for (const pointer of from) f.increment(pointer, 16);
      f.increment(to, 4 * stepBytes);
    });
    f.forRange({ from: wholeBlocks, to: depth }, () => {
      from.forEach((pointer, i) => {
        f.store("f32.store", to, f32.load(pointer), 4 * i);
        f.increment(pointer, 4);
      });
      f.increment(to, stepBytes);
    });
  }
}

/** The columns of four rows of four elements. */
export function transpose4x4(f: FunctionBuilder, rows: readonly Local<"v128">[]): Expression<"v128">[] {
  const low01 = f.let(shuffle(rows[0], rows[1], [0, 4, 1, 5]));
  const high01 = f.let(shuffle(rows[0], rows[1], [2, 6, 3, 7]));
  const low23 = f.let(shuffle(rows[2], rows[3], [0, 4, 1, 5]));
  const high23 = f.let(shuffle(rows[2], rows[3], [2, 6, 3, 7]));
  return [
    shuffle(low01, low23, [0, 1, 4, 5]),
    shuffle(low01, low23, [2, 3, 6, 7]),
    shuffle(high01, high23, [0, 1, 4, 5]),
    shuffle(high01, high23, [2, 3, 6, 7]),
  ];
}
