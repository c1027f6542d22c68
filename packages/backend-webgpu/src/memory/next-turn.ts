/** Calls back when the event loop comes round again: after all that promises which are settled now lead to. */
export function onNextTurn(callback: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel(); // not clamped to 4 ms as a nested timeout is
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(null);
}
