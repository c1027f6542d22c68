import { f32, i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";

const parameters = {
  tile: "i32",
  tileRowStride: "i32",
  rows: "i32",
  columns: "i32",
  c: "i32",
  cRowStride: "i32",
  accumulate: "i32",
} as const;

export type PartialTileStore = FunctionReference<typeof parameters, null>;

/** Defines the function that stores or adds the part of a tile that lies inside C, from memory where the whole tile is. */
export function definePartialTileStore(module: ModuleBuilder): PartialTileStore {
  return module.function(
    { name: "storePartialTile", parameters },
    (f, { tile, tileRowStride, rows, columns, c, cRowStride, accumulate }) => {
      f.forRange({ to: rows }, () => {
        f.forRange({ to: i32.shl(columns, 2), step: 4 }, (offset) => {
          const value = f.let(f32.load(i32.add(tile, offset)));
          const target = f.let(i32.add(c, offset));
          f.if(accumulate, () => f.set(value, f32.add(f32.load(target), value)));
          f.store("f32.store", target, value);
        });
        f.increment(tile, tileRowStride).increment(c, cRowStride);
      });
    },
  );
}
