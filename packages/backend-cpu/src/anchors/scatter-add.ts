import type { ScatterAddStep } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import {
  i32,
  i32x4,
  v128,
  type Expression,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "../wasm/index.ts";
import { kernelName, type AnchorContext } from "./anchor-context.ts";
import { addFourTo, addTo, elementOf, type Element } from "./element.ts";
import { linesOf, sizeOf } from "./lines.ts";

/** Columns that one thread takes are multiples of this, so that vectors and cache lines stay whole. */
const columnUnit = 16;

/**
 * out[o, index[o, i, r], r] += source[o, i, r] from zeros; an index outside of the axis is left out. Work is divided by o,
 * or if there is one o alone by r: in both cases every sum is made by one thread, in order of i.
 */
export function compileScatterAdd(step: ScatterAddStep, context: AnchorContext): StepRunner {
  const { axis, index, source, output } = step;
  const { outer, length, inner } = linesOf(source.shape, axis);
  const extent = output.shape[axis];
  const element = elementOf(output.dtype);
  const kernel = context.kernel(`scatterAdd ${element.kind}`, (module) => defineScatterAdd(module, element));
  const size = sizeOf(source.shape) + sizeOf(output.shape);
  const byColumns = outer === 1 && inner > 1;
  const pieces = byColumns ? Math.ceil(inner / columnUnit) : outer;
  const parts = context.parts(size, pieces);
  return (addresses) => {
    const [at, values, out] = [addresses[index.slot], addresses[source.slot], addresses[output.slot]];
    context.run(kernel, pieces, parts, [at, values, out, length, inner, extent, Number(byColumns)]);
  };
}

const parameters = {
  first: "i32",
  last: "i32",
  index: "i32",
  source: "i32",
  out: "i32",
  length: "i32",
  inner: "i32",
  extent: "i32",
  byColumns: "i32",
} as const;

function defineScatterAdd(module: ModuleBuilder, element: Element): void {
  module.function({ name: kernelName, parameters, exported: true }, (f, p) => {
    const [firstColumn, columns, planes] = [f.local("i32"), f.let(p.inner), f.let(i32.sub(p.last, p.first))];
    f.if(
      p.byColumns,
      () => {
        f.set(planes, 1).set(firstColumn, i32.mul(p.first, columnUnit));
        const end = f.let(i32.mul(p.last, columnUnit));
        f.if(i32.gt_s(end, p.inner), () => void f.set(end, p.inner));
        f.set(columns, i32.sub(end, firstColumn));
      },
      () => {
        const rows = f.let(i32.mul(i32.mul(p.first, p.length), p.inner));
        f.increment(p.index, i32.shl(rows, 2)).increment(p.source, i32.mul(rows, element.bytes));
        f.increment(p.out, i32.mul(i32.mul(i32.mul(p.first, p.extent), p.inner), element.bytes));
      },
    );
    const rowBytes = f.let(i32.mul(p.inner, element.bytes));
    const columnsBytes = f.let(i32.mul(columns, element.bytes));
    f.forRange({ to: planes }, () => {
      const out = f.let(i32.add(p.out, i32.mul(firstColumn, element.bytes)));
      f.if(
        i32.eq(columns, p.inner),
        () => void f.fillMemory(out, 0, i32.mul(p.extent, rowBytes)),
        () => {
          const row = f.let(out);
          f.forRange({ to: p.extent }, () => {
            f.fillMemory(row, 0, columnsBytes).increment(row, rowBytes);
          });
        },
      );
      const index = f.let(i32.add(p.index, i32.shl(firstColumn, 2)));
      const source = f.let(i32.add(p.source, i32.mul(firstColumn, element.bytes)));
      f.if(
        i32.eq(columns, 1),
        () => {
          f.forRange({ to: p.length }, () => {
            addRow(f, element, source, i32.load(index), p.extent, out, rowBytes);
            f.increment(index, i32.shl(p.inner, 2)).increment(source, rowBytes);
          });
        },
        () => {
          f.forRange({ to: p.length }, () => {
            addRows(f, element, { index, source, out, extent: p.extent, rowBytes, columns });
            f.increment(index, i32.shl(p.inner, 2)).increment(source, rowBytes);
          });
        },
      );
      f.increment(p.index, i32.shl(i32.mul(p.length, p.inner), 2));
      f.increment(p.source, i32.mul(p.length, rowBytes)).increment(p.out, i32.mul(p.extent, rowBytes));
    });
  });
}

type Row = Readonly<Record<"index" | "source" | "out" | "extent" | "rowBytes" | "columns", Local<"i32">>>;

/** The elements [o, i, …] of the source: four at a time where they have the same index. */
function addRows(f: FunctionBuilder, element: Element, row: Row): void {
  const [index, source, out] = [f.let(row.index), f.let(row.source), f.let(row.out)];
  const next = (count: number): void => {
    f.increment(index, 4 * count)
      .increment(source, element.bytes * count)
      .increment(out, element.bytes * count);
  };
  f.forRange({ to: i32.shr_u(row.columns, 2) }, () => {
    const four = f.let(v128.load(index));
    const first = f.let(i32x4.extract_lane(four, 0));
    f.if(
      i32x4.all_true(i32x4.eq(four, i32x4.splat(first))),
      () => {
        f.if(i32.lt_u(first, row.extent), () => {
          addFourTo(f, element, f.let(i32.add(out, i32.mul(first, row.rowBytes))), source);
        });
        next(4);
      },
      () => {
        for (let lane = 0; lane < 4; lane++) {
          addRow(f, element, source, i32x4.extract_lane(four, lane), row.extent, out, row.rowBytes);
          next(1);
        }
      },
    );
  });
  f.forRange({ to: i32.and(row.columns, 3) }, () => {
    addRow(f, element, source, i32.load(index), row.extent, out, row.rowBytes);
    next(1);
  });
}

/** One element. */
function addRow(
  f: FunctionBuilder,
  element: Element,
  source: Local<"i32">,
  index: Expression<"i32">,
  extent: Local<"i32">,
  out: Local<"i32">,
  rowBytes: Local<"i32">,
): void {
  const picked = f.let(index);
  f.if(i32.lt_u(picked, extent), () => {
    addTo(f, element, f.let(i32.add(out, i32.mul(picked, rowBytes))), source);
  });
}
