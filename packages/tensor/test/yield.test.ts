import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const globals = ["setImmediate", "MessageChannel", "setTimeout"] as const;

let yieldToEventLoop: () => Promise<void>;

beforeEach(async () => {
  vi.resetModules(); // when the event loop last had a turn is kept in the module
  ({ yieldToEventLoop } = await import("../src/runtime/yield.ts"));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a turn of the event loop", () => {
  it.each([
    ["in Node", [], "setImmediate"],
    ["in a page", ["setImmediate"], "MessageChannel"],
    ["where there are timers only", ["setImmediate", "MessageChannel"], "setTimeout"],
  ] as const)("%s", async (_, missing, used) => {
    const calls: string[] = [];
    for (const name of globals) {
      const original = globalThis[name];
      const spy = new Proxy(original, {
        apply: (target, self, args) => (calls.push(name), Reflect.apply(target, self, args) as unknown),
        construct: (target, args) => (calls.push(name), Reflect.construct(target, args) as object),
      });
      vi.stubGlobal(name, (missing as readonly string[]).includes(name) ? undefined : spy);
    }
    await yieldToEventLoop();
    expect(calls).toEqual([used]);
    await yieldToEventLoop(); // the next one is due 16 ms later
    expect(calls).toEqual([used]);
  });

  it("lets others run", async () => {
    let others = 0;
    setImmediate(() => others++);
    await yieldToEventLoop();
    expect(others).toBe(1);
  });
});
