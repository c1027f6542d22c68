import { checkInteger } from "../checks.ts";
import { ValueError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { tensor } from "./create.ts";

/**
 * `count` numbers from base^start to base^stop, both included, whose exponents are evenly spaced.
 *
 * @param options.base - Default 10.
 */
export function logspace(
  start: number,
  stop: number,
  count: number,
  options: { base?: number | undefined } = {},
): Tensor {
  const { base = 10 } = options;
  checkInteger("logspace", "count", count, 0);
  if (![start, stop, base].every(Number.isFinite)) {
    throw new ValueError(`logspace: (${start}, ${stop}) and base ${base} must be finite`);
  }
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  return tensor(
    Float32Array.from({ length: count }, (_, i) => base ** (i === count - 1 && i > 0 ? stop : start + i * step)),
  );
}
