/** Work may block the event loop for this long before the next await gives it a turn, so that Ctrl-C and timers live. */
const maxBlockMs = 16;

let lastTurn = 0;
let count = 0;

/** How many turns of the event loop work has waited for. */
export function turns(): number {
  return count;
}

/** Resolves at once, or after a macrotask when none has run for 16 ms. */
export function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - lastTurn < maxBlockMs) return Promise.resolve();
  return new Promise<void>(afterMacrotask).then(() => {
    lastTurn = performance.now();
    count++;
  });
}

/** Chosen when the module is loaded: a test that replaces the timers later, by some that stand still, stops no work. */
const afterMacrotask = quickestMacrotask();

/** The quickest way to a turn of the event loop that there is: jsdom, for one, has timers only. */
function quickestMacrotask(): (callback: () => void) => void {
  const { setImmediate, MessageChannel } = globalThis as Partial<typeof globalThis>;
  const { setTimeout } = globalThis;
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback);
  if (MessageChannel === undefined) return (callback) => void setTimeout(callback, 0);
  return (callback) => {
    // A message is not clamped to 4 ms as a nested timeout is.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      callback();
    };
    port2.postMessage(null);
  };
}
