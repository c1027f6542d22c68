import type { MatmulStep } from "@minima/tensor";

/** Products of a step at equal distances from one another: byte offsets of the first, and of each next one from it. */
export interface ProductRun {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly count: number;
  readonly aStep: number;
  readonly bStep: number;
  readonly cStep: number;
}

/** A batch axis with the bytes between neighbours in the three operands. */
interface Axis {
  readonly extent: number;
  readonly steps: readonly [number, number, number];
}

/** The products of a step in as few runs as its strides allow, of at most `longest` products each. */
export function productRuns({ batch, a, b, c }: MatmulStep, longest: number): ProductRun[] {
  const axes = mergeAxes(
    batch.map((extent, axis) => ({
      extent,
      steps: [4 * a.batchStrides[axis], 4 * b.batchStrides[axis], 4 * c.batchStrides[axis]],
    })),
  );
  const last = axes.pop() ?? { extent: 1, steps: [0, 0, 0] };
  let starts = [[4 * a.offset, 4 * b.offset, 4 * c.offset]];
  for (const { extent, steps } of axes) {
    starts = starts.flatMap((start) =>
      Array.from({ length: extent }, (_, i) => start.map((offset, operand) => offset + i * steps[operand])),
    );
  }
  const [aStep, bStep, cStep] = last.steps;
  return starts.flatMap(([aStart, bStart, cStart]) =>
    Array.from({ length: Math.ceil(last.extent / longest) }, (_, i) => {
      const first = i * longest;
      const count = Math.min(longest, last.extent - first);
      const offsets = { a: aStart + first * aStep, b: bStart + first * bStep, c: cStart + first * cStep };
      return { ...offsets, count, aStep, bStep, cStep };
    }),
  );
}

/** Neighbouring axes become one where a step along the outer one is as far as all steps along the inner one. */
function mergeAxes(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    if (axis.extent === 1) continue;
    const outer = merged[merged.length - 1];
    if (outer?.steps.every((step, operand) => step === axis.steps[operand] * axis.extent) === true) {
      merged[merged.length - 1] = { extent: outer.extent * axis.extent, steps: axis.steps };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

/** How many products a step has. */
export function productCount({ batch }: MatmulStep): number {
  return batch.reduce((product, extent) => product * extent, 1);
}
