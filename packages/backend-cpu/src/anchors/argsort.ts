import type { ArgsortStep } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import { call, i32, i64, type FunctionBuilder, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { kernelName, type AnchorContext } from "./anchor-context.ts";
import { elementOf, type Element } from "./element.ts";
import { linesOf, sizeOf } from "./lines.ts";
import { countDigits, counterBytes, defineRadixSort } from "./radix-sort.ts";
import { sortKey } from "./sort-key.ts";

/** Lines of at most so many elements are sorted by insertion. */
const mostInserted = 40;
const pairBytes = 8;

/** Stable order of each line; NaN counts as the largest number. */
export function compileArgsort({ axis, descending, input, output }: ArgsortStep, context: AnchorContext): StepRunner {
  const { outer, length, inner } = linesOf(input.shape, axis);
  const element = elementOf(input.dtype);
  const kernel = context.kernel(`argsort ${element.kind} ${descending}`, (module) =>
    defineArgsort(module, element, descending),
  );
  const lines = outer * inner;
  const parts = context.parts(sizeOf(input.shape), lines);
  const workspaceBytes = Math.ceil((counterBytes + 2 * pairBytes * length) / 64) * 64;
  return (addresses) => {
    context.memory.lend(parts * workspaceBytes, (workspace) => {
      const operands = [addresses[input.slot], addresses[output.slot], length, inner, workspace];
      context.run(kernel, lines, parts, operands, workspaceBytes);
    });
  };
}

const parameters = {
  first: "i32",
  last: "i32",
  input: "i32",
  output: "i32",
  length: "i32",
  inner: "i32",
  workspace: "i32",
} as const;

/**
 * Sorts pairs of a key (see `sortKey`) and the position it had, as one unsigned number with the position in the low half:
 * no two are equal, and equal keys keep their order.
 */
function defineArgsort(module: ModuleBuilder, element: Element, descending: boolean): void {
  const radixSort = defineRadixSort(module);
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, ...p }) => {
    const counters = p.workspace;
    const pairs = f.let(i32.add(counters, counterBytes));
    const pairsBytes = f.let(i32.mul(p.length, pairBytes));
    const isShort = f.let(i32.le_s(p.length, mostInserted));
    f.forRange({ from: first, to: last }, (line) => {
      const start = f.let(i32.mul(i32.div_u(line, p.inner), i32.mul(p.length, p.inner)));
      f.increment(start, i32.rem_u(line, p.inner));
      const address = f.let(i32.add(p.input, i32.mul(start, element.bytes)));
      f.if(i32.eqz(isShort), () => void f.fillMemory(counters, 0, counterBytes));
      const pair = f.let(pairs);
      f.forRange({ to: p.length }, (position) => {
        const key = f.let(sortKey(f, element, address, descending));
        const both = i64.or(i64.shl(i64.extend_i32_u(key), 32n), i64.extend_i32_u(position));
        f.if(
          isShort,
          () => insert(f, pairs, pair, both),
          () => {
            f.store("i64.store", pair, both);
            countDigits(f, counters, key);
          },
        );
        f.increment(pair, pairBytes).increment(address, i32.mul(p.inner, element.bytes));
      });
      const sorted = f.let(pairs);
      f.if(i32.eqz(isShort), () => {
        const { length: count } = p;
        f.set(sorted, call(radixSort, { counters, pairs, spare: i32.add(pairs, pairsBytes), count }));
      });
      const target = f.let(i32.add(p.output, i32.shl(start, 2)));
      f.forRange({ to: p.length }, () => {
        f.store("i32.store", target, i32.load(sorted));
        f.increment(target, i32.shl(p.inner, 2)).increment(sorted, pairBytes);
      });
    });
  });
}

/** Puts a pair to its place among those from `pairs` to `end`, which are in order. */
function insert(f: FunctionBuilder, pairs: Local<"i32">, end: Local<"i32">, value: ReturnType<typeof i64.or>): void {
  const place = f.let(end);
  const inserted = f.let(value);
  f.block((leave) => {
    f.while(i32.ne(place, pairs), () => {
      const before = f.let(i64.load(i32.sub(place, pairBytes)));
      f.branchIf(leave, i64.lt_u(before, inserted));
      f.store("i64.store", place, before).increment(place, -pairBytes);
    });
  });
  f.store("i64.store", place, inserted);
}
