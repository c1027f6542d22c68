/**
 * IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. JavaScript engines of today have no array of it, so on
 * the host such numbers are float32 ones that float16 holds exactly.
 */

const double = new Float64Array(1);
/** The words of `double`, the upper one last. */
const words = new Uint32Array(double.buffer);

/** The bits of the float16 nearest to a number, ties to even: infinity from 65,520 on. */
export function float16Bits(value: number): number {
  double[0] = value;
  const sign = (words[1] >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (!(size < 65520)) return sign | (size > 0 ? 0x7c00 : 0x7e00);
  const exponent = Math.max(((words[1] >>> 20) & 0x7ff) - 1023, -14);
  // In steps of the format at this exponent; a double of this size has no bits behind the point.
  const steps = size * 2 ** (10 - exponent) + 2 ** 52 - 2 ** 52;
  return sign | (((exponent + 14) << 10) + steps);
}

/** The number that the bits of a float16 stand for. */
export function float16FromBits(bits: number): number {
  // Exponent and fraction in the places of a double's, whose exponent counts from -1023 instead of -15.
  words[0] = 0;
  words[1] = (bits & 0x7fff) << 10;
  const size = double[0] * 2 ** 1008;
  const value = size < 65536 ? size : bits & 0x3ff ? NaN : Infinity;
  return bits & 0x8000 ? -value : value;
}

/** The float16 nearest to a number. */
export function roundToFloat16(value: number): number {
  return float16FromBits(float16Bits(value));
}
