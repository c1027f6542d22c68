import type { KernelWriter } from "../kernel/kernel-writer.ts";

/** How a window slides over some axes. */
export interface Sliding {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

/** Splits the row-major number `value` into one i32 a axis, `<prefix><axis>`; gives the names. */
export function splitIndex(writer: KernelWriter, value: string, extents: readonly number[], prefix: string): string[] {
  let unit = extents.reduce((size, extent) => size * extent, 1);
  return extents.map((extent, axis) => {
    unit /= extent;
    const quotient = unit === 1 ? value : `${value} / ${unit}u`;
    writer.line(`let ${prefix}${axis} = i32(${axis === 0 ? quotient : `(${quotient}) % ${extent}u`});`);
    return `${prefix}${axis}`;
  });
}

/** Row-major position of an index, as an i32 expression. */
export function joinIndex(index: readonly string[], extents: readonly number[]): string {
  return index.reduce((position, at, axis) => (axis === 0 ? at : `(${position} * ${extents[axis]} + ${at})`), "0");
}

/** Loops over the taps of a window, with i32 counters `tap<axis>`. */
export function forEachTap(
  writer: KernelWriter,
  window: readonly number[],
  body: (taps: readonly string[]) => void,
): void {
  const loop = (axis: number): void => {
    if (axis === window.length) {
      body(window.map((_, k) => `tap${k}`));
      return;
    }
    writer.block(`for (var tap${axis} = 0; tap${axis} < ${window[axis]}; tap${axis}++)`, () => loop(axis + 1));
  };
  loop(0);
}

/** In a loop over taps: the input position `from<axis>` under each tap; goes on to the next tap if it is outside. */
export function positionsBelow(
  writer: KernelWriter,
  output: readonly string[],
  taps: readonly string[],
  input: readonly number[],
  { stride, dilation, padBefore }: Sliding,
): string[] {
  return output.map((at, k) => {
    writer.line(`let from${k} = ${at} * ${stride[k]} + ${taps[k]} * ${dilation[k]} - ${padBefore[k]};`);
    writer.line(`if (from${k} < 0 || from${k} >= ${input[k]}) { continue; }`);
    return `from${k}`;
  });
}

/**
 * In a loop over taps: the output position `to<axis>` whose window has the input under this tap; goes on to the next tap if
 * there is none.
 */
export function positionsAbove(
  writer: KernelWriter,
  input: readonly string[],
  taps: readonly string[],
  output: readonly number[],
  { stride, dilation, padBefore }: Sliding,
): string[] {
  return input.map((at, k) => {
    writer.line(`let moved${k} = ${at} + ${padBefore[k]} - ${taps[k]} * ${dilation[k]};`);
    const misses = stride[k] === 1 ? "" : ` || moved${k} % ${stride[k]} != 0`;
    writer.line(`if (moved${k} < 0${misses} || moved${k} >= ${output[k] * stride[k]}) { continue; }`);
    writer.line(`let to${k} = moved${k} / ${stride[k]};`);
    return `to${k}`;
  });
}
