import { i32, v128, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { layoutArguments } from "../layout-arguments.ts";
import { rowPanels } from "../row-panels.ts";
import { inTwoDimensions, points, transformWeights } from "./transforms.ts";

const parameters = {
  source: "i32",
  target: "i32",
  groups: "i32",
  groupBytes: "i32",
  outputs: "i32",
  outputBytes: "i32",
  channels: "i32",
  channelBytes: "i32",
  tapRowBytes: "i32",
  tapColumnBytes: "i32",
  pointBytes: "i32",
} as const;

/** Sizes of filters in elements and their distances in bytes, which may be negative; `pointBytes` from matrix to matrix. */
export type WeightLayout = Readonly<Record<Exclude<keyof typeof parameters, "source" | "target">, number>>;

/** The arguments behind source and target. */
export function weightArguments(layout: WeightLayout): number[] {
  return layoutArguments(parameters, layout);
}

/**
 * Defines the function that transforms the filters of groups, of `taps` x `taps` elements, to 36 matrices of `outputs` x
 * `channels` elements a group, in panels as `packFilter` makes them. Channels are a multiple of four.
 */
export function defineTransformWeights(
  module: ModuleBuilder,
  name: string,
  taps: number,
): FunctionReference<typeof parameters, null> {
  const rowParameters = { source: "i32", target: "i32", stepBytes: "i32" } as const;
  const { channels, channelBytes, tapRowBytes, tapColumnBytes, pointBytes } = parameters;
  const shape = { channels, channelBytes, tapRowBytes, tapColumnBytes, pointBytes };
  const transformRow = module.function({ name: `${name}Row`, parameters: { ...rowParameters, ...shape } }, (f, p) => {
    const fourChannels = f.let(i32.shl(p.channelBytes, 2));
    f.forRange({ to: p.channels, step: 4 }, () => {
      const lanes = [f.let(p.source)];
      while (lanes.length < 4) lanes.push(f.let(i32.add(lanes[lanes.length - 1], p.channelBytes)));
      const load = (row: number, column: number) => {
        const at = f.let(i32.add(i32.mul(p.tapRowBytes, row), i32.mul(p.tapColumnBytes, column)));
        const four = f.let(v128.load32_zero(i32.add(lanes[0], at)));
        lanes.slice(1).forEach((lane, i) => f.set(four, v128.load32_lane(i + 1, i32.add(lane, at), four)));
        return four;
      };
      const target = f.let(p.target);
      inTwoDimensions(f, taps, load, transformWeights, (_row, _column, value) => {
        const four = f.let(value);
        const to = f.let(target);
        for (let lane = 0; lane < 4; lane++) {
          f.storeLane("v128.store32_lane", lane, to, four).increment(to, p.stepBytes);
        }
        f.increment(target, p.pointBytes);
      });
      f.increment(p.source, fourChannels).increment(p.target, i32.shl(p.stepBytes, 2));
    });
  });
  return module.function({ name, parameters, exported: true }, (f, p) => {
    const panels = rowPanels(f, p.outputs);
    f.forRange({ to: p.groups }, () => {
      const [source, target] = [f.let(p.source), f.let(p.target)];
      for (const { height, count } of panels) {
        const stepBytes = f.let(i32.const(4 * height));
        f.forRange({ to: count }, () => {
          f.forRange({ to: height }, (row) => {
            f.call(transformRow, { ...p, source, target: i32.add(target, i32.shl(row, 2)), stepBytes });
            f.increment(source, p.outputBytes);
          });
          f.increment(target, i32.mul(p.channels, stepBytes));
        });
      }
      f.increment(p.source, p.groupBytes).increment(p.target, i32.mul(p.pointBytes, points * points));
    });
  });
}
