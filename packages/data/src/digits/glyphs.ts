/**
 * The ways people write the ten digits, as pen strokes in a unit box (x to the right, y down).
 * A stroke passes through points of its glyph; points that two strokes share stay joined when they are moved about.
 */
export interface Glyph {
  /** x0, y0, x1, y1, ... */
  readonly points: readonly number[];
  readonly strokes: readonly Stroke[];
}

/** `line` is straight from point to point, `curve` smooth through them, `loop` smooth and closed. */
export interface Stroke {
  readonly kind: "line" | "curve" | "loop";
  readonly through: readonly number[];
}

const line = (...through: number[]): Stroke => ({ kind: "line", through });
const curve = (...through: number[]): Stroke => ({ kind: "curve", through });
const loop = (...through: number[]): Stroke => ({ kind: "loop", through });

const zero: readonly Glyph[] = [
  // an oval
  {
    points: [0.5, 0.02, 0.78, 0.14, 0.88, 0.5, 0.78, 0.86, 0.5, 0.98, 0.22, 0.86, 0.12, 0.5, 0.22, 0.14],
    strokes: [loop(0, 1, 2, 3, 4, 5, 6, 7)],
  },
  // narrow and leaning
  {
    points: [0.6, 0.02, 0.76, 0.2, 0.72, 0.55, 0.58, 0.88, 0.4, 0.98, 0.25, 0.8, 0.28, 0.45, 0.42, 0.12],
    strokes: [loop(0, 1, 2, 3, 4, 5, 6, 7)],
  },
  // begun at the top, its ends crossing
  {
    points: [0.7, 0.1, 0.42, 0.03, 0.16, 0.3, 0.14, 0.68, 0.42, 0.97, 0.78, 0.82, 0.88, 0.45, 0.72, 0.16, 0.46, 0.08],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8)],
  },
];

const one: readonly Glyph[] = [
  { points: [0.5, 0.02, 0.5, 0.98], strokes: [line(0, 1)] },
  // with an upstroke
  { points: [0.24, 0.28, 0.54, 0.02, 0.54, 0.98], strokes: [line(0, 1, 2)] },
  // with upstroke and foot
  { points: [0.28, 0.22, 0.52, 0.02, 0.52, 0.97, 0.24, 0.97, 0.8, 0.97], strokes: [line(0, 1, 2), line(3, 2, 4)] },
];

const two: readonly Glyph[] = [
  // a flat foot
  {
    points: [0.15, 0.25, 0.3, 0.07, 0.58, 0.03, 0.82, 0.2, 0.74, 0.46, 0.44, 0.74, 0.13, 0.96, 0.9, 0.95],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6), line(6, 7)],
  },
  // a loop at the foot
  {
    points: [
      0.18, 0.2, 0.45, 0.03, 0.78, 0.18, 0.7, 0.5, 0.42, 0.82, 0.2, 0.94, 0.1, 0.84, 0.25, 0.74, 0.48, 0.86, 0.7, 0.97,
      0.93, 0.86,
    ],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
  },
  // angular
  {
    points: [0.16, 0.12, 0.45, 0.03, 0.74, 0.06, 0.8, 0.24, 0.15, 0.96, 0.55, 0.92, 0.9, 0.96],
    strokes: [curve(0, 1, 2, 3), line(3, 4), curve(4, 5, 6)],
  },
];

const three: readonly Glyph[] = [
  // two bowls
  {
    points: [
      0.17, 0.14, 0.45, 0.02, 0.76, 0.15, 0.7, 0.37, 0.42, 0.47, 0.75, 0.55, 0.86, 0.76, 0.62, 0.96, 0.3, 0.96, 0.12,
      0.84,
    ],
    strokes: [curve(0, 1, 2, 3, 4), curve(4, 5, 6, 7, 8, 9)],
  },
  // a flat top
  {
    points: [0.17, 0.05, 0.8, 0.04, 0.44, 0.42, 0.74, 0.46, 0.87, 0.7, 0.64, 0.95, 0.32, 0.97, 0.14, 0.85],
    strokes: [line(0, 1, 2), curve(2, 3, 4, 5, 6, 7)],
  },
  // a small loop at the waist
  {
    points: [
      0.18, 0.14, 0.48, 0.02, 0.74, 0.16, 0.62, 0.4, 0.4, 0.5, 0.36, 0.42, 0.52, 0.42, 0.8, 0.58, 0.82, 0.82, 0.5, 0.98,
      0.14, 0.86,
    ],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
  },
];

const four: readonly Glyph[] = [
  // open
  {
    points: [0.24, 0.03, 0.14, 0.54, 0.9, 0.54, 0.72, 0.08, 0.68, 0.98],
    strokes: [line(0, 1, 2), line(3, 4)],
  },
  // closed
  {
    points: [0.64, 0.02, 0.08, 0.66, 0.94, 0.66, 0.64, 0.98],
    strokes: [line(0, 1, 2), line(0, 3)],
  },
  // open, with a round bowl
  {
    points: [0.2, 0.05, 0.13, 0.32, 0.26, 0.5, 0.52, 0.5, 0.78, 0.4, 0.84, 0.03, 0.78, 0.5, 0.66, 0.98],
    strokes: [curve(0, 1, 2, 3, 4), curve(5, 6, 7)],
  },
];

const five: readonly Glyph[] = [
  // angular neck
  {
    points: [0.84, 0.04, 0.27, 0.04, 0.21, 0.46, 0.52, 0.38, 0.82, 0.54, 0.82, 0.82, 0.48, 0.98, 0.12, 0.88],
    strokes: [line(0, 1, 2), curve(2, 3, 4, 5, 6, 7)],
  },
  // in one sweep
  {
    points: [0.84, 0.06, 0.5, 0.04, 0.26, 0.16, 0.3, 0.38, 0.58, 0.48, 0.8, 0.64, 0.72, 0.88, 0.42, 0.98, 0.14, 0.9],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8)],
  },
  // the bar as a stroke of its own
  {
    points: [0.28, 0.12, 0.2, 0.44, 0.5, 0.38, 0.78, 0.56, 0.76, 0.84, 0.44, 0.98, 0.1, 0.9, 0.32, 0.08, 0.92, 0.02],
    strokes: [line(0, 1), curve(1, 2, 3, 4, 5, 6), line(7, 8)],
  },
];

const six: readonly Glyph[] = [
  // a long stem
  {
    points: [0.7, 0.03, 0.4, 0.2, 0.2, 0.54, 0.22, 0.84, 0.5, 0.98, 0.8, 0.82, 0.74, 0.58, 0.46, 0.54, 0.22, 0.72],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8)],
  },
  // a stem that curls at the top
  {
    points: [
      0.84, 0.14, 0.58, 0.02, 0.26, 0.22, 0.14, 0.58, 0.28, 0.92, 0.58, 0.97, 0.84, 0.76, 0.66, 0.5, 0.36, 0.56, 0.18,
      0.76,
    ],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
  },
  // nearly upright, with a small bowl
  {
    points: [0.5, 0.02, 0.3, 0.36, 0.24, 0.7, 0.36, 0.94, 0.6, 0.96, 0.74, 0.8, 0.62, 0.66, 0.4, 0.7, 0.28, 0.84],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8)],
  },
];

const seven: readonly Glyph[] = [
  { points: [0.12, 0.05, 0.86, 0.05, 0.38, 0.98], strokes: [line(0, 1, 2)] },
  // with a bar
  {
    points: [0.14, 0.06, 0.88, 0.04, 0.4, 0.98, 0.34, 0.5, 0.84, 0.47],
    strokes: [line(0, 1, 2), line(3, 4)],
  },
  // with a serif and a bent stem
  {
    points: [0.14, 0.22, 0.16, 0.06, 0.5, 0.08, 0.88, 0.04, 0.62, 0.42, 0.5, 0.98],
    strokes: [line(0, 1), curve(1, 2, 3), curve(3, 4, 5)],
  },
  // a wavy top
  {
    points: [0.1, 0.16, 0.28, 0.06, 0.55, 0.12, 0.86, 0.06, 0.66, 0.48, 0.36, 0.96],
    strokes: [curve(0, 1, 2, 3), curve(3, 4, 5)],
  },
];

const eight: readonly Glyph[] = [
  // in one stroke, crossing itself
  {
    points: [
      0.5, 0.02, 0.26, 0.12, 0.3, 0.34, 0.5, 0.48, 0.74, 0.64, 0.78, 0.86, 0.5, 0.98, 0.22, 0.86, 0.26, 0.64, 0.5, 0.48,
      0.7, 0.34, 0.74, 0.12,
    ],
    strokes: [loop(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)],
  },
  // two rings
  {
    points: [
      0.5, 0.02, 0.72, 0.1, 0.74, 0.34, 0.5, 0.46, 0.26, 0.34, 0.28, 0.1, 0.78, 0.58, 0.8, 0.86, 0.5, 0.98, 0.2, 0.86,
      0.22, 0.58,
    ],
    strokes: [loop(0, 1, 2, 3, 4, 5), loop(3, 6, 7, 8, 9, 10)],
  },
  // begun at the top right, left open
  {
    points: [
      0.78, 0.14, 0.5, 0.03, 0.24, 0.18, 0.4, 0.4, 0.68, 0.58, 0.76, 0.82, 0.46, 0.98, 0.2, 0.82, 0.36, 0.58, 0.64,
      0.36, 0.84, 0.08,
    ],
    strokes: [curve(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
  },
];

const nine: readonly Glyph[] = [
  // a ring with a straight stem
  {
    points: [0.76, 0.2, 0.52, 0.03, 0.22, 0.16, 0.2, 0.42, 0.46, 0.53, 0.74, 0.38, 0.7, 0.98],
    strokes: [loop(0, 1, 2, 3, 4, 5), line(0, 6)],
  },
  // a ring with a curved tail
  {
    points: [
      0.78, 0.22, 0.54, 0.03, 0.24, 0.14, 0.2, 0.4, 0.46, 0.53, 0.74, 0.4, 0.82, 0.56, 0.7, 0.86, 0.44, 0.98, 0.2, 0.9,
    ],
    strokes: [loop(0, 1, 2, 3, 4, 5), curve(0, 6, 7, 8, 9)],
  },
  // in one stroke from the top right
  {
    points: [0.78, 0.14, 0.52, 0.02, 0.22, 0.2, 0.26, 0.46, 0.54, 0.44, 0.78, 0.16, 0.7, 0.58, 0.52, 0.98],
    strokes: [curve(0, 1, 2, 3, 4, 5), curve(5, 6, 7)],
  },
];

/** Glyphs of each digit; index 0 to 9. */
export const glyphs: readonly (readonly Glyph[])[] = [zero, one, two, three, four, five, six, seven, eight, nine];
