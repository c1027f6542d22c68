/**
 * Calls back when the event loop comes round again: after all that promises which are settled now lead to. Not every
 * environment has every way there: jsdom, for one, has timers only.
 */
export function onNextTurn(callback: () => void): void {
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
