/** Times of one kind of work, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly least: number;
  readonly samples: number;
}

export interface TimeOptions {
  /** Runs to time at least, unless `hardMs` is spent; default 10. */
  readonly runs?: number;
  /** And for at least this long, unless 200 runs come first and are not over in an instant; default 1500. */
  readonly wantMs?: number;
  /** No new run after this long, once there are two; default 20 000. */
  readonly hardMs?: number;
  /** The warm-up: three runs and this long, or one run of over 2 s; default 300. */
  readonly warmMs?: number;
}

const mostRuns = 200;
/** Short runs go on until this time is over, or there are so many: a moment says nothing on a machine with neighbours. */
const instantMs = 250;
const mostShortRuns = 10_000;
const slowRunMs = 2000;

/** Times runs after a warm-up, as the peers' scripts do. */
export async function time(run: () => Promise<void> | void, options: TimeOptions = {}): Promise<Times> {
  const { runs = 10, wantMs = 1500, hardMs = 20_000, warmMs = 300 } = options;
  await warmUp(run, warmMs);
  const times: number[] = [];
  let total = 0;
  while (times.length < mostRuns || (total < instantMs && times.length < mostShortRuns)) {
    const start = performance.now();
    await run();
    const elapsed = performance.now() - start;
    times.push(elapsed);
    total += elapsed;
    if (times.length >= runs && total >= wantMs) break;
    if (times.length >= 2 && total >= hardMs) break;
  }
  return { median: median(times), least: Math.min(...times), samples: times.length };
}

async function warmUp(run: () => Promise<void> | void, warmMs: number): Promise<void> {
  const start = performance.now();
  for (let runs = 1; ; runs++) {
    await run();
    const elapsed = performance.now() - start;
    if ((runs >= 3 && elapsed >= warmMs) || elapsed / runs > slowRunMs) return;
  }
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
