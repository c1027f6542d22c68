import { f32x4, i32, v128, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import { transpose4x4 } from "../gemm/pack.ts";
import { filterGradientFields, sumsOf } from "./filter-gradient.ts";

const parameters = { problem: "i32", output: "i32" } as const;

/**
 * Defines the function that adds the parts of a filter's gradient in order, transposes the sums and writes them to where
 * the filter's elements lie: for each output plane the lines.
 */
export function defineAddParts(module: ModuleBuilder): FunctionReference<typeof parameters, null> {
  return module.function({ name: "addParts", parameters, exported: true }, (f, { problem, output }) => {
    const w = filterGradientFields.read(f, problem);
    const rowBytes = f.let(i32.shl(w.depth, 2));
    const firstPart = f.let(i32.const(0));
    f.forRange({ to: w.groups }, (group) => {
      f.forRange({ to: w.blocks }, (block) => {
        const k = f.let(i32.mul(block, w.depthBlock));
        const lines = f.let(minimum(i32.sub(w.depth, k), w.depthBlock));
        f.forRange({ to: w.outputs, step: 4 }, (column) => {
          const outputs = f.let(minimum(i32.sub(w.outputs, column), 4));
          const source = f.let(i32.add(sumsOf(w, firstPart, group, block), i32.shl(column, 2)));
          const target = f.let(i32.add(output, i32.shl(k, 2)));
          f.increment(target, i32.mul(i32.add(i32.mul(group, w.outputs), column), rowBytes));
          f.forRange({ to: lines, step: 4 }, (line) => {
            // Sums of four lines and four outputs; the room behind the last line may hold anything.
            const pointers = [f.let(source)];
            while (pointers.length < 4) pointers.push(f.let(i32.add(pointers[pointers.length - 1], w.sumsPitch)));
            const rows = pointers.map((pointer) => f.let(v128.load(pointer)));
            f.forRange({ from: i32.const(1), to: w.parts }, () => {
              pointers.forEach((pointer, i) => {
                f.increment(pointer, w.partBytes).set(rows[i], f32x4.add(rows[i], v128.load(pointer)));
              });
            });
            const columns = transpose4x4(f, rows).map((each) => f.let(each));
            const to = f.let(target);
            columns.forEach((values, i) => {
              f.if(i32.gt_s(outputs, i), () => {
                f.if(
                  i32.ge_s(i32.sub(lines, line), 4),
                  () => f.store("v128.store", to, values),
                  () => {
                    for (let lane = 0; lane < 3; lane++) {
                      f.if(i32.gt_s(i32.sub(lines, line), lane), () =>
                        f.storeLane("v128.store32_lane", lane, to, values, 4 * lane),
                      );
                    }
                  },
                );
              });
              f.increment(to, rowBytes);
            });
            f.increment(source, i32.shl(w.sumsPitch, 2)).increment(target, 16);
          });
        });
      });
    });
  });
}
