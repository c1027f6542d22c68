import { f32x4, i32, v128, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { filterGradientFields } from "./filter-gradient-fields.ts";
import { inTwoDimensions, points, transformProducts } from "./transforms.ts";

const parameters = { problem: "i32", output: "i32" } as const;

/**
 * Defines the function that adds the parts of the sums of a filter's gradient in order, and makes the gradient of them:
 * `taps` x `taps` elements for each output plane and channel. Sums have room for whole vectors of outputs.
 */
export function defineAddGradientParts(
  module: ModuleBuilder,
  name: string,
  taps: number,
): FunctionReference<typeof parameters, null> {
  return module.function({ name, parameters, exported: true }, (f, { problem, output }) => {
    const w = filterGradientFields.read(f, problem);
    const filterBytes = 4 * taps * taps;
    const outputBytes = f.let(i32.mul(w.channels, filterBytes));
    const row = f.let(w.sums);
    f.forRange({ to: w.groups }, (group) => {
      f.forRange({ to: w.channels }, (channel) => {
        f.forRange({ to: w.outputs, step: 4 }, (column) => {
          const first = f.let(i32.add(row, i32.shl(column, 2)));
          const load = (pointRow: number, pointColumn: number) => {
            const pointer = f.let(i32.add(first, i32.mul(w.sumPointBytes, pointRow * points + pointColumn)));
            const sum = f.let(v128.load(pointer));
            f.forRange({ from: i32.const(1), to: w.parts }, () => {
              f.increment(pointer, w.partBytes).set(sum, f32x4.add(sum, v128.load(pointer)));
            });
            return sum;
          };
          const outputs = f.let(i32.sub(w.outputs, column));
          const plane = i32.add(i32.mul(group, w.outputs), column);
          const target = f.let(i32.add(output, i32.mul(plane, outputBytes)));
          f.increment(target, i32.mul(channel, filterBytes));
          inTwoDimensions(
            f,
            points,
            load,
            (_, values) => transformProducts(f, values, taps),
            (tapRow, tapColumn, value) => {
              const four = f.let(value);
              const to = f.let(target);
              for (let lane = 0; lane < 4; lane++) {
                f.if(i32.gt_s(outputs, lane), () =>
                  f.storeLane("v128.store32_lane", lane, to, four, 4 * (tapRow * taps + tapColumn)),
                );
                f.increment(to, outputBytes);
              }
            },
          );
        });
        f.increment(row, w.sumsPitch);
      });
    });
  });
}
