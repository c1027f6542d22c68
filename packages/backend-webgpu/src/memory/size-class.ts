/** Smallest buffer: what drivers align buffers to anyway. */
const smallest = 256;
/** Classes between a power of two and the next. */
const steps = 8;

/**
 * The size a buffer for `bytes` really has. Few sizes, so that a freed buffer fits the next value of about that size: a
 * multiple of an eighth of the power of two below, so that at most an eighth is wasted (and 256 bytes at least).
 */
export function sizeClass(bytes: number): number {
  if (bytes <= smallest) return smallest;
  const power = 2 ** Math.floor(Math.log2(bytes));
  const unit = Math.max(power / steps, 16);
  return Math.ceil(bytes / unit) * unit;
}
