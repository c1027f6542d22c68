/**
 * base^exponent for a whole exponent that is not negative, by multiplications alone: the last bit of `**` differs between
 * versions of V8, and even between its compilers. The relative error is below exponent · 2⁻⁵².
 */
export function integerPower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
