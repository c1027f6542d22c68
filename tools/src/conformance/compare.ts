import type { HostTensor } from "@minima/tensor/safetensors";
import type { Mismatch } from "./outcome.ts";

/** An element passes if |got - want| <= atol + rtol * |want|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const kinds: Readonly<Record<string, string>> = {
  float32: "float",
  int32: "integer",
  uint32: "integer",
  uint8: "integer",
  bool: "bool",
};

/**
 * Compares a whole tensor: kind of dtype, shape, elements. Integers and booleans must be equal; floats must be within
 * the tolerance. Returns what is wrong, with the worst element, or undefined.
 */
export function compareTensors(
  role: string,
  got: HostTensor,
  want: HostTensor,
  tolerance: Tolerance,
): Mismatch | undefined {
  if (kinds[got.dtype] !== kinds[want.dtype]) {
    return { role, problem: `dtype is ${got.dtype}, expected ${want.dtype}` };
  }
  if (got.shape.length !== want.shape.length || got.shape.some((extent, axis) => extent !== want.shape[axis])) {
    return { role, problem: `shape is ${list(got.shape)}, expected ${list(want.shape)}` };
  }
  const exact = want.dtype !== "float32";
  return compareNumbers(role, got.data, want.data, exact ? { rtol: 0, atol: 0 } : tolerance, want.shape);
}

/** Compares element by element. */
export function compareNumbers(
  role: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: Tolerance,
  shape: readonly number[] = [want.length],
): Mismatch | undefined {
  if (got.length !== want.length) {
    return { role, problem: `there are ${got.length} elements, expected ${want.length}` };
  }
  let wrong = 0;
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < want.length; i++) {
    if (isClose(got[i], want[i], tolerance)) continue;
    wrong++;
    const excess = Math.abs(got[i] - want[i]) / allowed(want[i], tolerance);
    // An infinity or a nan where it does not belong is worse than any number.
    const rank = Number.isFinite(excess) ? excess : Infinity;
    if (worst < 0 || rank > worstExcess) {
      worst = i;
      worstExcess = rank;
    }
  }
  if (worst < 0) return undefined;
  const error = Math.abs(got[worst] - want[worst]);
  const limit = allowed(want[worst], tolerance);
  const where = `${wrong} of ${want.length} elements differ, worst at ${list(unravel(worst, shape))}`;
  return {
    role,
    problem: `${where}: got ${got[worst]}, want ${want[worst]}, error ${format(error)}, allowed ${format(limit)}`,
  };
}

/** Equal infinities count as equal, and nan equals nan; otherwise both must be finite and near. */
export function isClose(got: number, want: number, tolerance: Tolerance): boolean {
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return true;
  if (!Number.isFinite(got) || !Number.isFinite(want)) return false;
  return Math.abs(got - want) <= allowed(want, tolerance);
}

function allowed(want: number, { rtol, atol }: Tolerance): number {
  return Number.isFinite(want) ? atol + rtol * Math.abs(want) : 0;
}

/** The index of element `flat` in a row-major tensor. */
function unravel(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = flat % shape[axis];
    flat = Math.floor(flat / shape[axis]);
  }
  return index;
}

function list(values: readonly number[]): string {
  return `[${values.join(", ")}]`;
}

function format(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(3) : String(value);
}
