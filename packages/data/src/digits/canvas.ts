/** Width and height of a drawn digit in pixels. */
export const side = 28;

/** Pixels of a drawn digit. */
export const pixels = side * side;

/**
 * A picture as the distance of each pixel's centre to the edge of the nearest stroke (negative inside), so that strokes
 * that cross or join merge without seams and edges are smooth at any width.
 */
export class Canvas {
  readonly #distance = new Float64Array(pixels);
  readonly #row = new Float64Array(pixels);
  readonly ink = new Float64Array(pixels);

  clear(): void {
    this.#distance.fill(far);
  }

  /** Draws a straight piece of the given radius, with round ends. Coordinates are in pixels. */
  stroke(x0: number, y0: number, x1: number, y1: number, radius: number): void {
    const margin = radius + far;
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - margin - 0.5));
    const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + margin - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - margin - 0.5));
    const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + margin - 0.5));
    const dx = x1 - x0;
    const dy = y1 - y0;
    const distances = this.#distance;
    const inverse = 1 / (dx * dx + dy * dy + 1e-12);
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - y0;
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0;
        let t = (px * dx + py * dy) * inverse;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const ex = px - t * dx;
        const ey = py - t * dy;
        const distance = Math.sqrt(ex * ex + ey * ey) - radius;
        const pixel = row * side + column;
        if (distance < distances[pixel]) distances[pixel] = distance;
      }
    }
  }

  /** Turns distances to ink from 0 to 1: an edge is `softness` pixels wide. */
  develop(softness: number): void {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const coverage = 0.5 - this.#distance[pixel] / softness;
      this.ink[pixel] = coverage <= 0 ? 0 : coverage >= 1 ? 1 : coverage;
    }
  }

  /** Blurs the ink with the kernel (weight, 1 - 2 weight, weight) along rows, then columns. */
  blur(weight: number): void {
    this.#blurAlong(this.ink, this.#row, 1, side, weight);
    this.#blurAlong(this.#row, this.ink, side, 1, weight);
  }

  #blurAlong(from: Float64Array, to: Float64Array, step: number, across: number, weight: number): void {
    const centre = 1 - 2 * weight;
    for (let lane = 0; lane < side; lane++) {
      let pixel = lane * across;
      let before = 0;
      let here = from[pixel];
      for (let place = 0; place < side; place++) {
        const after = place === side - 1 ? 0 : from[pixel + step];
        to[pixel] = centre * here + weight * (before + after);
        before = here;
        here = after;
        pixel += step;
      }
    }
  }
}

/** Distance in pixels beyond which no edge is soft enough to leave ink. */
const far = 1.5;
