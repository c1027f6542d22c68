import { f32x4, i32x4, v128, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { PoolGeometry } from "./pool-geometry.ts";
import { tapDistance, type FourTaps } from "./windows.ts";

/** What is found about four windows side by side. It is right if there is no NaN among their elements. */
export interface FourMaxima {
  readonly maxima: Local<"v128">;
  /** From tap (0, 0) of the first window to the first maximum of each; code that is dropped if nobody uses it. */
  readonly distances: Local<"v128">;
  /** The sum of all elements, to tell whether there is a NaN. */
  readonly sum: Local<"v128">;
}

/** Loads a tap of the four windows. */
export type LoadTap = (tap: FourTaps) => Local<"v128">;

/** The first maxima of windows of any form. */
export function firstMaxima(
  f: FunctionBuilder,
  geometry: PoolGeometry,
  taps: readonly FourTaps[],
  load: LoadTap,
  constants: Constants,
): FourMaxima {
  const mask = (lanes: readonly boolean[]) => constants(lanes.map((lane) => (lane ? -1 : 0)));
  const held = load(taps[0]);
  const sum = f.let(held);
  const distances = f.let(constants(lanesOf(geometry, taps[0])));
  const seen = [...taps[0].lanes];
  for (const tap of taps.slice(1)) {
    const values = load(tap);
    f.set(sum, f32x4.add(sum, values));
    // The first element inside of a window always wins, even if it is -∞.
    const isFirst = tap.lanes.map((lane, i) => lane && !seen[i]);
    isFirst.forEach((lane, i) => (seen[i] ||= lane));
    let wins = f32x4.gt(values, held);
    if (tap.lanes.includes(false)) wins = v128.and(wins, mask(tap.lanes));
    if (isFirst.includes(true)) wins = v128.or(wins, mask(isFirst));
    const winners = f.let(wins);
    f.set(distances, v128.bitselect(constants(lanesOf(geometry, tap)), distances, winners));
    const isMaximum = !tap.lanes.includes(false) && !isFirst.includes(true);
    f.set(held, isMaximum ? f32x4.pmax(held, values) : v128.bitselect(values, held, winners));
  }
  return { maxima: held, distances, sum };
}

/** The same for windows of 2 x 2 with all their elements. */
export function firstOfTwoByTwo(
  f: FunctionBuilder,
  geometry: PoolGeometry,
  taps: readonly FourTaps[],
  load: LoadTap,
  constants: Constants,
): FourMaxima {
  const [a, b, c, d] = taps.map(load);
  const sum = f.let(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  // A comparison that holds is -1 as an integer.
  const inUpper = i32x4.sub(constants(lanesOf(geometry, taps[0])), f32x4.gt(b, a));
  const inLower = i32x4.sub(constants(lanesOf(geometry, taps[2])), f32x4.gt(d, c));
  // `pmax` gives the first operand unless it is less.
  const [upper, lower] = [f.let(f32x4.pmax(a, b)), f.let(f32x4.pmax(c, d))];
  const distances = f.let(v128.bitselect(inLower, inUpper, f32x4.gt(lower, upper)));
  return { maxima: f.let(f32x4.pmax(upper, lower)), distances, sum };
}

/** The distances of a tap of four windows. */
function lanesOf(geometry: PoolGeometry, tap: FourTaps): number[] {
  return [0, 1, 2, 3].map((lane) => tapDistance(geometry, tap) + lane * geometry.columns.stride);
}

/** Vectors of integers, made where the function is entered: the compiler would make them anew at each use. */
export type Constants = (lanes: readonly number[]) => Local<"v128">;

export function constantsOf(f: FunctionBuilder): Constants {
  const known = new Map<string, Local<"v128">>();
  return (lanes) => {
    const key = lanes.join();
    const constant = known.get(key) ?? f.letAtEntry(i32x4.const(...lanes));
    known.set(key, constant);
    return constant;
  };
}
