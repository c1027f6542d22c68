/** `value * factor`, without what changes nothing. */
export function times(value: string, factor: number): string {
  return factor === 1 ? value : `${value} * ${factor}`;
}

/** `value + summand`, without what changes nothing. */
export function plus(value: string, summand: number): string {
  if (summand === 0) return value;
  return summand < 0 ? `${value} - ${-summand}` : `${value} + ${summand}`;
}
