import { createNode } from "../graph/create.ts";
import { reducedShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { sliceAlong, placesAlong } from "./along.ts";
import { sub } from "./arithmetic.ts";
import type { Operand } from "./build.ts";
import { notEqual } from "./compare.ts";
import { full } from "./create.ts";
import { gather } from "./indexing.ts";
import { pickAlong } from "./pick-along.ts";
import { type AxisOptions, type ValuesAndIndices, argmax } from "./reduce.ts";
import { where } from "./select.ts";
import { argsort } from "./sort.ts";
import { concat, detach } from "./views.ts";

/**
 * The most frequent element of each line along an axis (default the last), of equally frequent ones the smallest, and the int32
 * index of the last that equals it. NaN equals nothing. The gradient goes to the element at the index.
 */
export function mode(x: Operand, options: AxisOptions = {}): ValuesAndIndices {
  return pickAlong("mode", x, { ...options, axis: options.axis ?? -1 }, (t, axis) => {
    const order = argsort(t, { axis });
    return gather(order, axis, argmax(runLengths(gather(detach(t), axis, order), axis), { axis, keepDims: true }));
  });
}

/** How many elements before each one along an axis equal it without a break, in int32. */
function runLengths(t: Tensor, axis: number): Tensor {
  const first = full(reducedShape(t.shape, [axis], true), true);
  const isStart = concat([first, notEqual(sliceAlong(t, axis, [1]), sliceAlong(t, axis, [0, -1]))], axis);
  const places = placesAlong(t, axis);
  const starts = where(isStart, places, 0);
  const attributes = { kind: "max", axis, reverse: false } as const;
  return sub(places, new Tensor(createNode("scan", [starts.node], t.shape, "int32", attributes)));
}
