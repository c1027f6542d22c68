import type { GatherStep } from "@minima/tensor";
import { maximum, minimum } from "../gemm/arithmetic.ts";
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
import { elementOf, loadBits, loadFour, storeBits, storeFour, type Element } from "./element.ts";
import { linesOf, sizeOf } from "./lines.ts";

/** out[o, i, r] = x[o, index[o, i, r], r]; outside of the axis NaN for floats, else 0. No extent is 0. */
export function compileGather(step: GatherStep, context: AnchorContext): StepRunner {
  const { axis, input, index, output } = step;
  const { outer, length, inner } = linesOf(output.shape, axis);
  const element = elementOf(input.dtype);
  const kernel = context.kernel(`gather ${element.bytes} ${outsideBits(element)}`, (module) => {
    defineGather(module, element);
  });
  const rows = outer * length;
  const parts = context.parts(sizeOf(output.shape), rows);
  return (addresses) => {
    const [x, at, out] = [addresses[input.slot], addresses[index.slot], addresses[output.slot]];
    context.run(kernel, rows, parts, [x, at, out, length, inner, input.shape[axis]]);
  };
}

/** What stands outside of the axis: NaN, or 0. */
function outsideBits({ kind }: Element): number {
  return kind === "float" ? 0x7fc00000 : 0;
}

const parameters = {
  first: "i32",
  last: "i32",
  x: "i32",
  index: "i32",
  out: "i32",
  length: "i32",
  inner: "i32",
  extent: "i32",
} as const;

type Inputs = Readonly<Record<keyof typeof parameters, Local<"i32">>>;

/** Rows [first, last) of `inner` elements, counted through all o and i. */
function defineGather(module: ModuleBuilder, element: Element): void {
  module.function({ name: kernelName, parameters, exported: true }, (f, p) => {
    const planeBytes = f.let(i32.mul(i32.mul(p.extent, p.inner), element.bytes));
    f.increment(p.x, i32.mul(i32.div_u(p.first, p.length), planeBytes));
    f.increment(p.index, i32.shl(i32.mul(p.first, p.inner), 2));
    f.increment(p.out, i32.mul(i32.mul(p.first, p.inner), element.bytes));
    // Rows with the same o at a time.
    f.while(i32.lt_s(p.first, p.last), () => {
      const toPlaneEnd = i32.sub(p.length, i32.rem_u(p.first, p.length));
      const rows = f.let(i32.sub(p.last, p.first));
      f.set(rows, minimum(rows, f.let(toPlaneEnd)));
      f.if(
        i32.eq(p.inner, 1),
        () => pickElements(f, p, rows, element),
        () => pickRows(f, p, rows, element),
      );
      f.increment(p.first, rows).increment(p.x, planeBytes);
    });
  });
}

/** Rows of one element: four at a time. */
function pickElements(f: FunctionBuilder, p: Inputs, count: Local<"i32">, element: Element): void {
  const last = f.let(i32x4.splat(i32.sub(p.extent, 1)));
  const extents = f.let(i32x4.splat(p.extent));
  const zero = f.letAtEntry(i32x4.const(0));
  const outside = f.letAtEntry(i32x4.const(outsideBits(element)));
  f.forRange({ to: i32.shr_u(count, 2) }, () => {
    const index = f.let(v128.load(p.index));
    const inside = f.let(i32x4.lt_u(index, extents));
    const picked = f.let(i32x4.min_s(i32x4.max_s(index, zero), last));
    const address = (lane: number) => i32.add(p.x, i32.mul(i32x4.extract_lane(picked, lane), element.bytes));
    if (element.bytes === 4) {
      const values = f.let(v128.load32_zero(address(0)));
      for (let lane = 1; lane < 4; lane++) f.set(values, v128.load32_lane(lane, address(lane), values));
      f.store("v128.store", p.out, v128.bitselect(values, outside, inside));
    } else {
      for (let lane = 0; lane < 4; lane++) {
        const bits = i32.and(loadBits(element, address(lane)), i32x4.extract_lane(inside, lane)); // bytes are 0 outside
        storeBits(f, element, p.out, bits, lane);
      }
    }
    f.increment(p.index, 16).increment(p.out, 4 * element.bytes);
  });
  f.forRange({ to: i32.and(count, 3) }, () => {
    const index = f.let(i32.load(p.index));
    const address = i32.add(p.x, i32.mul(clamped(f, index, p.extent), element.bytes));
    storeBits(f, element, p.out, insideOf(element, index, p.extent, loadBits(element, address)));
    f.increment(p.index, 4).increment(p.out, element.bytes);
  });
}

/** Rows of several elements: four at a time where they have the same index, as in a lookup of whole rows. */
function pickRows(f: FunctionBuilder, p: Inputs, rows: Local<"i32">, element: Element): void {
  const rowBytes = f.let(i32.mul(p.inner, element.bytes));
  f.forRange({ to: rows }, () => {
    const x = f.let(p.x);
    const rowAt = (index: Expression<"i32">) => i32.add(x, i32.mul(clamped(f, index, p.extent), rowBytes));
    f.forRange({ to: i32.shr_u(p.inner, 2) }, () => {
      const index = f.let(v128.load(p.index));
      const first = f.let(i32x4.extract_lane(index, 0));
      f.if(
        i32.and(i32x4.all_true(i32x4.eq(index, i32x4.splat(first))), i32.lt_u(first, p.extent)),
        () => storeFour(f, element, p.out, f.let(loadFour(element, rowAt(first)))),
        () => {
          for (let lane = 0; lane < 4; lane++) {
            const own = f.let(i32x4.extract_lane(index, lane));
            const offset = lane * element.bytes;
            const bits = loadBits(element, f.let(rowAt(own)), offset);
            storeBits(f, element, p.out, insideOf(element, own, p.extent, bits), offset);
          }
        },
      );
      f.increment(x, 4 * element.bytes)
        .increment(p.index, 16)
        .increment(p.out, 4 * element.bytes);
    });
    f.forRange({ to: i32.and(p.inner, 3) }, () => {
      const own = f.let(i32.load(p.index));
      storeBits(f, element, p.out, insideOf(element, own, p.extent, loadBits(element, rowAt(own))));
      f.increment(x, element.bytes).increment(p.index, 4).increment(p.out, element.bytes);
    });
  });
}

/** The bits of an element if its index lies on the axis. */
function insideOf(
  element: Element,
  index: Local<"i32">,
  extent: Local<"i32">,
  bits: Expression<"i32">,
): Expression<"i32"> {
  return select(i32.lt_u(index, extent), bits, outsideBits(element));
}

function clamped(f: FunctionBuilder, index: Expression<"i32">, extent: Local<"i32">): Expression<"i32"> {
  const picked = f.let(index);
  f.set(picked, maximum(picked, 0));
  return minimum(picked, f.let(i32.sub(extent, 1)));
}
