import { checkList } from "../checks.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, fillNode, operandNode } from "./build.ts";
import { where } from "./select.ts";
import { type Range, concat, expand, flip, slice } from "./views.ts";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /**
   * What stands around the tensor: a constant (default); the tensor mirrored at its edge elements, which are not repeated
   * (`reflect`); its edge elements (`replicate`); or the tensor again (`circular`).
   */
  readonly mode?: PadMode | undefined;
  /** The constant, which becomes an element of the tensor's dtype as in `tensor`; default 0. */
  readonly value?: number | undefined;
}

/**
 * Makes axes longer at both ends. A negative number cuts elements off.
 *
 * @param pads - Elements before and after the last axis, then before and after the one in front of it, and so on:
 *   [left, right, top, bottom, …], as in PyTorch.
 * @throws {ShapeError} `reflect` needs an axis longer than its pads, `circular` one as long, `replicate` one element.
 */
export function pad(x: Operand, pads: readonly number[], options: PadOptions = {}): Tensor {
  const t = asTensor(x);
  const { mode = "constant", value = 0 } = options;
  checkList("pad", "the pads", pads);
  if (pads.length % 2 !== 0 || pads.length > 2 * t.ndim || !pads.every(Number.isInteger)) {
    throw new ValueError(
      `pad: [${pads.join(", ")}] must be pairs of integers, for at most the ${t.ndim} axes of ${formatShape(t.shape)}`,
    );
  }
  const before = t.shape.map((_, axis) => pads[2 * (t.ndim - 1 - axis)] ?? 0);
  const after = t.shape.map((_, axis) => pads[2 * (t.ndim - 1 - axis) + 1] ?? 0);
  t.shape.forEach((extent, axis) => {
    if (extent + before[axis] + after[axis] < 0) {
      throw new ShapeError(
        `pad: [${pads.join(", ")}] cuts more off axis ${axis} of ${formatShape(t.shape)} than there is`,
      );
    }
  });
  // Cutting comes last, so that it cuts what was mirrored or repeated and not what that is taken from.
  const grown = grow(t, before.map(atLeastZero), after.map(atLeastZero), mode, value);
  const cut = grown.shape.map((extent, axis): Range => [Math.max(0, -before[axis]), extent + Math.min(0, after[axis])]);
  return slice(grown, cut);
}

const atLeastZero = (n: number): number => Math.max(0, n);

function grow(t: Tensor, before: readonly number[], after: readonly number[], mode: PadMode, value: number): Tensor {
  switch (mode) {
    case "constant":
      return surround(t, before, after, value);
    case "reflect":
      return alongAxes(t, before, after, reflected);
    case "replicate":
      return alongAxes(t, before, after, replicated);
    case "circular":
      return alongAxes(t, before, after, repeated);
    default:
      throw new ValueError(`pad: mode "${String(mode)}" is none of constant, reflect, replicate, circular`);
  }
}

function surround(t: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return t;
  const shape = t.shape.map((extent, axis) => before[axis] + extent + after[axis]);
  const padded = new Tensor(createNode("pad", [t.node], shape, t.dtype, { before, after }));
  if (value === 0) return padded;
  const everywhere = fillNode(1, t.shape, "bool");
  const inside = new Tensor(createNode("pad", [everywhere], shape, "bool", { before, after }));
  return where(inside, padded, new Tensor(operandNode("pad", value, t.dtype)));
}

/** What stands before and after an axis. */
type Edges = (t: Tensor, axis: number, before: number, after: number) => readonly [Tensor, Tensor];

function alongAxes(t: Tensor, before: readonly number[], after: readonly number[], edges: Edges): Tensor {
  return t.shape.reduce<Tensor>((result, _, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return result;
    const [front, back] = edges(result, axis, before[axis], after[axis]);
    const parts = [...(before[axis] > 0 ? [front] : []), result, ...(after[axis] > 0 ? [back] : [])];
    return concat(parts, axis);
  }, t);
}

const reflected: Edges = (t, axis, before, after) => {
  const extent = t.shape[axis];
  if (Math.max(before, after) >= extent) throw tooLong("reflect", t, axis, before, after, extent - 1);
  return [flip(part(t, axis, 1, before + 1), axis), flip(part(t, axis, extent - 1 - after, extent - 1), axis)];
};

const replicated: Edges = (t, axis, before, after) => {
  const extent = t.shape[axis];
  if (extent === 0) throw tooLong("replicate", t, axis, before, after, 0);
  const times = (edge: Tensor, n: number): Tensor =>
    expand(
      edge,
      edge.shape.map((own, k) => (k === axis ? n : own)),
    );
  return [times(part(t, axis, 0, 1), before), times(part(t, axis, extent - 1, extent), after)];
};

const repeated: Edges = (t, axis, before, after) => {
  const extent = t.shape[axis];
  if (Math.max(before, after) > extent) throw tooLong("circular", t, axis, before, after, extent);
  return [part(t, axis, extent - before, extent), part(t, axis, 0, after)];
};

function part(t: Tensor, axis: number, start: number, stop: number): Tensor {
  return slice(
    t,
    t.shape.map((_, k): Range | null => (k === axis ? [start, stop] : null)),
  );
}

function tooLong(mode: PadMode, t: Tensor, axis: number, before: number, after: number, most: number): ShapeError {
  return new ShapeError(
    `pad: mode "${mode}" can add at most ${most} at each end of axis ${axis} of ${formatShape(t.shape)}, ` +
      `not ${before} and ${after}; pad less, or in several calls`,
  );
}
