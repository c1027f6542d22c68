import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { layoutArguments } from "./layout-arguments.ts";
import { rowPanels } from "./row-panels.ts";

const parameters = {
  source: "i32",
  target: "i32",
  groups: "i32",
  groupBytes: "i32",
  packedBytes: "i32",
  outputs: "i32",
  outputBytes: "i32",
  channels: "i32",
  channelBytes: "i32",
  tapRows: "i32",
  tapRowBytes: "i32",
  tapColumns: "i32",
  tapColumnBytes: "i32",
} as const;

/** Sizes of filters in elements and their distances in bytes, which may be negative; `packedBytes` from group to group. */
export type FilterLayout = Readonly<Record<Exclude<keyof typeof parameters, "source" | "target">, number>>;

/** The arguments of `packFilter` behind source and target. */
export function filterArguments(layout: FilterLayout): number[] {
  return layoutArguments(parameters, layout);
}

/**
 * Defines the function that copies the filters of groups into panels of five, four and three rows (see `rowPanels`), so
 * that the micro kernel reads them in order: panel after panel, for each k = (channel, tap row, tap column) one element of
 * each row of the panel. Rows that do not exist repeat the last one.
 */
export function definePackFilter(module: ModuleBuilder): FunctionReference<typeof parameters, null> {
  return module.function({ name: "packFilter", parameters, exported: true }, (f, p) => {
    const lastRow = f.let(i32.sub(p.outputs, 1));
    const panels = rowPanels(f, p.outputs);
    f.forRange({ to: p.groups }, () => {
      const row = f.let(i32.const(0));
      const target = f.let(p.target);
      for (const { height, count } of panels) {
        const bytes = Array.from({ length: height }, () => f.local("i32"));
        f.forRange({ to: count }, () => {
          for (const each of bytes) {
            const beyond = f.let(i32.sub(row, lastRow));
            f.set(each, i32.mul(p.outputBytes, i32.sub(row, i32.mul(beyond, i32.gt_s(beyond, 0)))));
            f.increment(row, 1);
          }
          const channel = f.let(p.source);
          f.forRange({ to: p.channels }, () => {
            const tapRow = f.let(channel);
            f.forRange({ to: p.tapRows }, () => {
              const tap = f.let(tapRow);
              f.forRange({ to: p.tapColumns }, () => {
                bytes.forEach((offset, i) => f.store("i32.store", target, i32.load(i32.add(tap, offset)), 4 * i));
                f.increment(target, 4 * height).increment(tap, p.tapColumnBytes);
              });
              f.increment(tapRow, p.tapRowBytes);
            });
            f.increment(channel, p.channelBytes);
          });
        });
      }
      f.increment(p.source, p.groupBytes).increment(p.target, p.packedBytes);
    });
  });
}
