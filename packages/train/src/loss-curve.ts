/** A point of the curve of the training loss. */
export interface CurvePoint {
  /** The update up to which the mean goes. */
  readonly update: number;
  /** Mean loss over the rows since the point before. */
  readonly loss: number;
}

/** The running sum that the curve reads. */
interface RunningLoss {
  readonly samples: number;
  lossTotal(): Promise<number>;
}

/** Points in an epoch, at first: so often the sum is read. */
const pointsInEpoch = 60;
/** With more points than this, pairs become one. */
const mostPoints = 240;

/** Follows the training loss within epochs, by reading the running sum now and then. */
export class LossCurve {
  #points: (CurvePoint & { readonly samples: number })[] = [];
  #interval: number;
  #lastUpdate = 0;
  #total = 0;
  #samples = 0;

  /** @param updates - How many an epoch makes. */
  constructor(updates: number) {
    this.#interval = Math.max(1, Math.ceil(updates / pointsInEpoch));
  }

  get points(): CurvePoint[] {
    return this.#points.map(({ update, loss }) => ({ update, loss }));
  }

  /** Call after each update. */
  async follow(update: number, loss: RunningLoss): Promise<void> {
    if (update - this.#lastUpdate >= this.#interval) await this.#addPoint(update, loss);
  }

  /** Call after each epoch, before the next measurement begins. */
  async endEpoch(update: number, loss: RunningLoss): Promise<void> {
    await this.#addPoint(update, loss);
    this.#total = 0;
    this.#samples = 0;
  }

  async #addPoint(update: number, loss: RunningLoss): Promise<void> {
    const samples = loss.samples - this.#samples;
    if (samples === 0) return;
    const total = await loss.lossTotal();
    this.#points.push({ update, loss: (total - this.#total) / samples, samples });
    this.#lastUpdate = update;
    this.#total = total;
    this.#samples = loss.samples;
    if (this.#points.length > mostPoints) this.#thin();
  }

  /** Makes one point of each two. */
  #thin(): void {
    const pairs = Array.from({ length: Math.floor(this.#points.length / 2) }, (_, i) => {
      const [a, b] = this.#points.slice(2 * i, 2 * i + 2);
      const samples = a.samples + b.samples;
      return { update: b.update, loss: (a.loss * a.samples + b.loss * b.samples) / samples, samples };
    });
    this.#points = [...pairs, ...this.#points.slice(2 * pairs.length)];
    this.#interval *= 2;
  }
}
