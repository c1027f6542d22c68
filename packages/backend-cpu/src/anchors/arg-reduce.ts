import type { ArgReduceStep } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import {
  i32,
  i32x4,
  select,
  v128,
  type Expression,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "../wasm/index.ts";
import { kernelName, type AnchorContext } from "./anchor-context.ts";
import { elementOf, type Element } from "./element.ts";
import { linesOf, sizeOf } from "./lines.ts";
import { floatOrdering, integerOrdering, type Ordering } from "./ordering.ts";

/** Index of the first extreme element of each line; a NaN counts as extreme. */
export function compileArgReduce({ reduce, axis, input, output }: ArgReduceStep, context: AnchorContext): StepRunner {
  const { outer, length, inner } = linesOf(input.shape, axis);
  const element = elementOf(input.dtype);
  const define = inner === 1 ? defineAlong : defineAcross;
  const kernel = context.kernel(`argReduce ${reduce} ${element.kind} ${inner === 1}`, (module) =>
    element.kind === "float"
      ? define(module, element, floatOrdering(reduce))
      : define(module, element, integerOrdering(element, reduce)),
  );
  const parts = context.parts(sizeOf(input.shape), outer);
  return (addresses) =>
    context.run(kernel, outer, parts, [addresses[input.slot], addresses[output.slot], length, inner]);
}

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32", length: "i32", inner: "i32" } as const;

/** Elements of a line lie side by side: each of four lanes looks at every fourth, and then one of the lanes wins. */
function defineAlong<T extends "f32" | "i32">(module: ModuleBuilder, element: Element, order: Ordering<T>): void {
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output, length }) => {
    const lineBytes = f.let(i32.mul(length, element.bytes));
    const address = f.let(i32.add(input, i32.mul(first, lineBytes)));
    const result = f.let(i32.add(output, i32.shl(first, 2)));
    const wholeFours = f.let(i32.and(length, -4));
    f.forRange({ from: first, to: last }, () => {
      const [best, value] = [f.let(i32.const(0)), f.let(order.load(address))];
      const consider = (candidate: Local<T>, index: Local<"i32">): void => {
        const beaten = i32.or(order.beats(value, candidate), i32.gt_s(index, best));
        const wins = f.let(i32.or(order.beats(candidate, value), i32.eqz(beaten)));
        f.set(best, select(wins, index, best));
        f.set<T>(value, select<T>(wins, candidate, value as never));
      };
      f.if(wholeFours, () => {
        const held = f.let(order.loadFour(address));
        const [indices, heldIndices] = [f.let(i32x4.const(0, 1, 2, 3)), f.let(i32x4.const(0, 1, 2, 3))];
        f.increment(address, 4 * element.bytes);
        f.forRange({ from: 4, to: wholeFours, step: 4 }, () => {
          f.set(indices, i32x4.add(indices, i32x4.const(4)));
          considerFour(f, order, held, heldIndices, f.let(order.loadFour(address)), indices);
          f.increment(address, 4 * element.bytes);
        });
        for (let lane = 0; lane < 4; lane++) {
          consider(f.let(order.extract(held, lane)), f.let(i32x4.extract_lane(heldIndices, lane)));
        }
      });
      f.forRange({ from: wholeFours, to: length }, (index) => {
        consider(f.let(order.load(address)), index);
        f.increment(address, element.bytes);
      });
      f.store("i32.store", result, best).increment(result, 4);
    });
  });
}

/** Lines lie side by side: four at a time. */
function defineAcross<T extends "f32" | "i32">(module: ModuleBuilder, element: Element, order: Ordering<T>): void {
  module.function(
    { name: kernelName, parameters, exported: true },
    (f, { first, last, input, output, length, inner }) => {
      const stepBytes = f.let(i32.mul(inner, element.bytes));
      const plane = f.let(i32.add(input, i32.mul(first, i32.mul(length, stepBytes))));
      const result = f.let(i32.add(output, i32.mul(first, i32.shl(inner, 2))));
      f.forRange({ from: first, to: last }, () => {
        const line = f.let(plane);
        f.forRange({ to: i32.shr_u(inner, 2) }, () => {
          const [held, heldIndices] = [f.let(order.loadFour(line)), f.let(i32x4.const(0))];
          const address = f.let(line);
          f.forRange({ from: 1, to: length }, (index) => {
            f.increment(address, stepBytes);
            considerFour(f, order, held, heldIndices, f.let(order.loadFour(address)), i32x4.splat(index));
          });
          f.store("v128.store", result, heldIndices)
            .increment(result, 16)
            .increment(line, 4 * element.bytes);
        });
        f.forRange({ to: i32.and(inner, 3) }, () => {
          const [held, best] = [f.let(order.load(line)), f.let(i32.const(0))];
          const address = f.let(line);
          f.forRange({ from: 1, to: length }, (index) => {
            f.increment(address, stepBytes);
            const value = f.let(order.load(address));
            f.if(order.beats(value, held), () => {
              f.set(best, index);
              f.set<T>(held, value as never);
            });
          });
          f.store("i32.store", result, best).increment(result, 4).increment(line, element.bytes);
        });
        f.increment(plane, i32.mul(length, stepBytes));
      });
    },
  );
}

function considerFour<T extends "f32" | "i32">(
  f: FunctionBuilder,
  order: Ordering<T>,
  held: Local<"v128">,
  heldIndices: Local<"v128">,
  values: Local<"v128">,
  indices: Expression<"v128">,
): void {
  const wins = f.let(order.fourBeat(values, held));
  f.set(held, v128.bitselect(values, held, wins));
  f.set(heldIndices, v128.bitselect(indices, heldIndices, wins));
}
