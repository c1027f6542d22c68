import { maximum } from "../gemm/arithmetic.ts";
import { i32, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";

/** Rows that micro kernels of a convolution have: five where possible, since taller tiles load less for each product. */
export const panelHeights = [5, 4, 3] as const;
type PanelHeight = (typeof panelHeights)[number];

/** How many rows there must be room for: a panel has three at least. */
export const fewestRows = 3;

export interface Panels {
  readonly height: PanelHeight;
  /** How many there are of this height. */
  readonly count: Local<"i32">;
}

/** Cuts rows into panels of five, four and three, in this order, so that none is left over; fewer than three count as three. */
export function rowPanels(f: FunctionBuilder, rows: Expression<"i32">): Panels[] {
  const total = f.let(rows);
  f.set(total, maximum(total, fewestRows));
  const count = f.let(i32.div_u(i32.add(total, 4), 5));
  const missing = f.let(i32.sub(i32.mul(count, 5), total));
  // Each missing row makes a panel of five one of four, and once all are, one of three.
  const threes = f.let(maximum(i32.sub(missing, count), 0));
  const fours = f.let(i32.sub(missing, i32.shl(threes, 1)));
  const fives = f.let(i32.sub(count, i32.add(fours, threes)));
  return [fives, fours, threes].map((number, i) => ({ height: panelHeights[i], count: number }));
}
