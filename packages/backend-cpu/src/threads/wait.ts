/** How long this thread looks at the word before it parks. */
const spinMs = 0.1;
/** How many looks between looks at the clock, which take longer. */
const looks = 64;
/** How long it is parked at a time. A process that was stopped for hours has waited for this long. */
const sliceMs = 20;

/**
 * Waits while a word that other threads change has values of a kind: looks at it for a moment, then parks until it is
 * notified, where the engine allows it. A page's own thread may not park, and goes on looking.
 *
 * @param check - Called with the milliseconds waited so far, now and then; may throw.
 */
export function waitWhile(
  words: Int32Array,
  at: number,
  isWaiting: (value: number) => boolean,
  check: (waitedMs: number) => void,
): void {
  let waitedMs = 0;
  for (let nap = spinMs; ; nap = sliceMs) {
    const since = performance.now();
    if (nap === spinMs || !mayPark()) {
      if (looksFor(nap, words, at, isWaiting)) return;
    } else {
      const value = Atomics.load(words, at);
      if (!isWaiting(value)) return;
      Atomics.wait(words, at, value, nap);
    }
    waitedMs += Math.min(performance.now() - since, 2 * nap);
    if (nap === sliceMs) check(waitedMs);
  }
}

/** Whether the wait was over within so many milliseconds. */
function looksFor(ms: number, words: Int32Array, at: number, isWaiting: (value: number) => boolean): boolean {
  const until = performance.now() + ms;
  do {
    for (let left = looks; left > 0; left--) if (!isWaiting(Atomics.load(words, at))) return true;
  } while (performance.now() < until);
  return false;
}

let parks: boolean | undefined;

/** Whether this thread may wait: all but those of pages. */
function mayPark(): boolean {
  if (parks === undefined) {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
      parks = true;
    } catch {
      parks = false;
    }
  }
  return parks;
}
