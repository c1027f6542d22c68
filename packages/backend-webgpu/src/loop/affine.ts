import type { Affine } from "@minima/tensor";

/** An affine function of the loop variables, `o0`, `o1`, … and `i0`, `i1`, …, as an i32 expression. */
export function affineValue({ offset, strides }: Affine, outerLoops: number): string {
  const terms: string[] = [];
  strides.forEach((stride, loop) => {
    if (stride === 0) return;
    const name = loop < outerLoops ? `o${loop}` : `i${loop - outerLoops}`;
    const factor = Math.abs(stride) === 1 ? name : `${Math.abs(stride)} * ${name}`;
    terms.push(`${stride < 0 ? "-" : "+"} ${factor}`);
  });
  if (offset !== 0 || terms.length === 0) terms.push(`${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`);
  const text = terms.join(" ").replace(/^\+ /, "").replace(/^- /, "-");
  return terms.length > 1 || text.startsWith("-") ? `(${text})` : text;
}
