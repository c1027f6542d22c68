import type { Stroke } from "./glyphs.ts";

/** Straight pieces between two points of a stroke; straight spans are divided too, because the hand's wobble bends them. */
const piecesPerSpan = 6;

/**
 * Calls `piece` with the straight pieces of a stroke through the given points, in the order of the pen; `progress` goes
 * from 0 to 1 along the stroke. Smooth strokes
 * are Catmull-Rom splines: through p1 and p2 with the tangents (p2 - p0) / 2 and (p3 - p1) / 2; at an open end the
 * missing neighbour is the end itself.
 */
export function flatten(
  stroke: Stroke,
  points: Float64Array,
  piece: (x0: number, y0: number, x1: number, y1: number, progress: number) => void,
): void {
  const { through } = stroke;
  const closed = stroke.kind === "loop";
  const spans = closed ? through.length : through.length - 1;
  for (let span = 0; span < spans; span++) {
    const p1 = 2 * through[span];
    const p2 = 2 * through[(span + 1) % through.length];
    const p0 = 2 * neighbour(through, span - 1, closed);
    const p3 = 2 * neighbour(through, span + 2, closed);
    const between = stroke.kind === "line" ? linear : catmullRom;
    let x = points[p1];
    let y = points[p1 + 1];
    for (let step = 1; step <= piecesPerSpan; step++) {
      const t = step / piecesPerSpan;
      const nextX = between(points[p0], points[p1], points[p2], points[p3], t);
      const nextY = between(points[p0 + 1], points[p1 + 1], points[p2 + 1], points[p3 + 1], t);
      piece(x, y, nextX, nextY, (span + t) / spans);
      x = nextX;
      y = nextY;
    }
  }
}

function neighbour(through: readonly number[], index: number, closed: boolean): number {
  if (closed) return through[(index + through.length) % through.length];
  return through[Math.min(Math.max(index, 0), through.length - 1)];
}

function linear(_p0: number, p1: number, p2: number, _p3: number, t: number): number {
  return p1 + (p2 - p1) * t;
}

function catmullRom(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const tangent1 = (p2 - p0) / 2;
  const tangent2 = (p3 - p1) / 2;
  const a = 2 * (p1 - p2) + tangent1 + tangent2;
  const b = 3 * (p2 - p1) - 2 * tangent1 - tangent2;
  return ((a * t + b) * t + tangent1) * t + p1;
}
