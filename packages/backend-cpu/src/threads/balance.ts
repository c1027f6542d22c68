/** What threads may have cost, all in all, before they are left alone, in milliseconds. */
const defaultDebtMs = 2;
/** What they have saved counts up to this much against what they cost later. */
const mostCreditMs = 5;
/** How many times as long as the debt they are left alone: what they cost where they do not pay stays below 5 %. */
const restTimes = 20;
const longestRestMs = 1000;

/**
 * Whether it pays to share work. On a machine that is busy with something else, a thread that holds a part may not run
 * for milliseconds while the main thread waits for it. The account says what sharing has saved: the time that this thread
 * would have taken for the parts of others, less the time for which it has waited.
 */
export class Balance {
  readonly #debtMs: number;
  #credit = 0;
  #restUntil = 0;

  constructor(debtMs = defaultDebtMs) {
    this.#debtMs = debtMs;
  }

  /** Whether this thread does better alone for now. */
  isResting(now: number): boolean {
    return now < this.#restUntil;
  }

  /** Notes a job: how many of its parts this thread did, when it began with them, was ready, and when all were done. */
  note(own: number, parts: number, began: number, ready: number, done: number): void {
    const saved = own === 0 ? 0 : ((parts - own) * (ready - began)) / own;
    this.#credit = Math.min(this.#credit + saved - (done - ready), mostCreditMs);
    if (this.#credit >= -this.#debtMs) return;
    this.#restUntil = done + Math.min(-this.#credit * restTimes, longestRestMs);
    this.#credit = 0;
  }
}
