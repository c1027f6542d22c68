const double = new Float64Array(1);
const words = new Uint32Array(double.buffer); // little-endian, as every engine with WebAssembly is

/** Distance between neighbouring float32 numbers at the size of `x`, a double; that of subnormals below 2^-126. */
function ulpAt(x: number): number {
  double[0] = x;
  const exponent = ((words[1] >>> 20) & 0x7ff) - 1023;
  return 2 ** (Math.max(exponent, -126) - 23);
}

/**
 * How far a float32 is from the exact value, in units in the last place of `at`; infinite where one is NaN or infinite and
 * the other is not. Overflow may set in one step early or late. Zeros of either sign are equal.
 */
export function errorInUlp(actual: number, exact: number, at = exact): number {
  if (Number.isNaN(actual) || Number.isNaN(exact)) return Number.isNaN(actual) && Number.isNaN(exact) ? 0 : Infinity;
  if (actual === exact) return 0;
  if (!Number.isFinite(exact)) return Infinity;
  if (!Number.isFinite(actual) && Number.isFinite(Math.fround(exact))) {
    return (2 ** 128 - Math.sign(actual) * exact) / ulpAt(at);
  }
  return !Number.isFinite(actual) ? 0 : Math.abs(actual - exact) / ulpAt(at);
}
