import { afterEach, describe, expect, it, vi } from "vitest";

const globals = ["setImmediate", "MessageChannel", "setTimeout"] as const;

/** The function where some globals are missing, and the names of those that it uses, as it does. */
async function load(missing: readonly string[]) {
  const used: string[] = [];
  for (const name of globals) {
    const note = new Proxy(globalThis[name], {
      apply: (target, self, args) => (used.push(name), Reflect.apply(target, self, args) as unknown),
      construct: (target, args) => (used.push(name), Reflect.construct(target, args) as object),
    });
    vi.stubGlobal(name, missing.includes(name) ? undefined : note);
  }
  vi.resetModules();
  const { yieldToEventLoop } = await import("../src/runtime/yield.ts");
  return { yieldToEventLoop, used };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a turn of the event loop", () => {
  const places: [string, string[], string][] = [
    ["in Node", [], "setImmediate"],
    ["in a page", ["setImmediate"], "MessageChannel"],
    ["where there are timers only", ["setImmediate", "MessageChannel"], "setTimeout"],
  ];
  it.each(places)("is taken the quickest way %s", async (_, missing, expected) => {
    const { yieldToEventLoop, used } = await load(missing);
    await yieldToEventLoop();
    expect(used).toEqual([expected]);
    await yieldToEventLoop(); // the next turn is due after 16 ms
    expect(used).toEqual([expected]);
  });

  it.each(places)("comes where a test has stopped the timers %s", async (_, missing) => {
    const { yieldToEventLoop } = await load(missing);
    vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout"] });
    await yieldToEventLoop();
  });

  it("lets others run", async () => {
    const { yieldToEventLoop } = await load([]);
    let others = 0;
    setImmediate(() => others++);
    await yieldToEventLoop();
    expect(others).toBe(1);
  });
});
