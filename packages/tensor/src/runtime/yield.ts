/** Work may block the event loop for this long before the next await gives it a turn, so that Ctrl-C and timers live. */
const maxBlockMs = 16;

let lastTurn = 0;

/** Resolves at once, or after a macrotask when none has run for 16 ms. */
export function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - lastTurn < maxBlockMs) return Promise.resolve();
  return new Promise<void>(afterMacrotask).then(() => {
    lastTurn = performance.now();
  });
}

/** Calls back after a turn of the event loop. Not every environment has every way there: jsdom, for one, has timers only. */
function afterMacrotask(callback: () => void): void {
  if (typeof setImmediate === "function") setImmediate(callback);
  else if (typeof MessageChannel === "function") afterMessage(callback);
  else setTimeout(callback, 0);
}

/** A message is not clamped to 4 ms as a nested timeout is. */
function afterMessage(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(null);
}
