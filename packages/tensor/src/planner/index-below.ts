import type { GraphNodeOf } from "../graph/graph.ts";
import type { Affine } from "../kernel/step.ts";
import type { Shape } from "../shape.ts";
import { type Index, constant, scale } from "./affine.ts";

/** Views that take each element from a place of its own along each axis. */
export type AxisView = GraphNodeOf<"permute"> | GraphNodeOf<"broadcast"> | GraphNodeOf<"slice">;

/** Where an element of a view lies in its input, of the shape given. */
export function indexBelow(view: AxisView, shape: Shape, index: Index, loops: number): Index {
  switch (view.kind) {
    case "permute": {
      const source: Affine[] = [];
      view.attributes.axes.forEach((axis, i) => (source[axis] = index[i]));
      return source;
    }
    case "broadcast":
      return shape.map((extent, axis) => (extent === 1 ? constant(0, loops) : index[axis]));
    case "slice": {
      const { starts, steps } = view.attributes;
      return index.map((at, axis) => scale(at, steps[axis], starts[axis]));
    }
  }
}
