/** Work may block the event loop for this long before the next await gives it a turn, so that Ctrl-C and timers live. */
const maxBlockMs = 16;

let lastTurn = 0;

/** Resolves at once, or after a macrotask when none has run for 16 ms. */
export function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - lastTurn < maxBlockMs) return Promise.resolve();
  return macrotask().then(() => {
    lastTurn = performance.now();
  });
}

function macrotask(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    // A message is not clamped to 4 ms as a nested timeout is.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
