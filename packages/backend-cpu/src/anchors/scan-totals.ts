import type { ScanKind } from "@minima/tensor";
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  select,
  shuffle,
  v128,
  type FunctionBuilder,
  type Local,
} from "../wasm/index.ts";
import { loadBits, storeBits, type Element } from "./element.ts";

/** Running totals of one line, or of several side by side. */
export interface Totals {
  /** Back to the start of a line. */
  reset(): void;
  /** Takes in what is at one address, and stores the new totals at another. */
  step(from: Local<"i32">, to: Local<"i32">): void;
}

/** The total of one line. */
export function oneTotal(f: FunctionBuilder, kind: ScanKind, element: Element): Totals {
  if (element.kind !== "float") return oneInteger(f, kind, element);
  if (kind === "max") {
    const total = f.local("f32");
    return {
      reset: () => void f.set(total, -Infinity),
      step: (from, to) => {
        const value = f.let(f32.load(from));
        const stays = i32.or(f32.gt(total, value), f32.ne(total, total));
        f.set(total, select(stays, total, value)).store("f32.store", to, total);
      },
    };
  }
  const total = f.local("f64");
  const fold = kind === "sum" ? f64.add : f64.mul;
  return {
    reset: () => void f.set(total, kind === "sum" ? 0 : 1),
    step: (from, to) => {
      f.set(total, fold(total, f64.promote_f32(f32.load(from)))).store("f32.store", to, f32.demote_f64(total));
    },
  };
}

function oneInteger(f: FunctionBuilder, kind: ScanKind, element: Element): Totals {
  const total = f.local("i32");
  return {
    reset: () => void f.set(total, startOf(kind, element)),
    step: (from, to) => {
      const value = f.let(loadBits(element, from));
      if (kind === "max") {
        const isLess = element.kind === "signed" ? i32.lt_s(total, value) : i32.lt_u(total, value);
        f.set(total, select(isLess, value, total));
      } else {
        f.set(total, kind === "sum" ? i32.add(total, value) : i32.mul(total, value));
      }
      storeBits(f, element, to, total);
    },
  };
}

/** The totals of `vectors` times four lines side by side, of elements of four bytes. */
export function manyTotals(f: FunctionBuilder, kind: ScanKind, element: Element, vectors: number): Totals {
  const inDouble = element.kind === "float" && kind !== "max";
  const each = Array.from({ length: vectors }, (_, i) =>
    inDouble ? fourInDouble(f, kind, 16 * i) : four(f, kind, element, 16 * i),
  );
  return {
    reset: () => each.forEach((totals) => totals.reset()),
    step: (from, to) => each.forEach((totals) => totals.step(from, to)),
  };
}

function four(f: FunctionBuilder, kind: ScanKind, element: Element, offset: number): Totals {
  const total = f.local("v128");
  const isFloat = element.kind === "float";
  return {
    reset: () => void f.set(total, isFloat ? f32x4.const(-Infinity) : i32x4.const(startOf(kind, element))),
    step: (from, to) => {
      const value = f.let(v128.load(from, offset));
      if (isFloat) {
        const stays = v128.or(f32x4.gt(total, value), f32x4.ne(total, total));
        f.set(total, v128.bitselect(total, value, stays));
      } else {
        const max = element.kind === "signed" ? i32x4.max_s : i32x4.max_u;
        const fold = kind === "sum" ? i32x4.add : kind === "prod" ? i32x4.mul : max;
        f.set(total, fold(total, value));
      }
      f.store("v128.store", to, total, offset);
    },
  };
}

function fourInDouble(f: FunctionBuilder, kind: ScanKind, offset: number): Totals {
  const [low, high] = [f.local("v128"), f.local("v128")];
  const fold = kind === "sum" ? f64x2.add : f64x2.mul;
  const start = f64x2.const(kind === "sum" ? 0 : 1);
  return {
    reset: () => void f.set(low, start).set(high, start),
    step: (from, to) => {
      const value = f.let(v128.load(from, offset));
      f.set(low, fold(low, f64x2.promote_low_f32x4(value)));
      f.set(high, fold(high, f64x2.promote_low_f32x4(shuffle(value, value, [2, 3, 2, 3]))));
      const rounded = shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), [0, 1, 4, 5]);
      f.store("v128.store", to, rounded, offset);
    },
  };
}

/** The total of nothing. */
function startOf(kind: ScanKind, element: Element): number {
  if (kind === "max") return element.kind === "signed" ? -(2 ** 31) : 0;
  return kind === "sum" ? 0 : 1;
}
