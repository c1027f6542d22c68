/* Tests that Jest runs in its jsdom, which hides much of what Node has. */
import { readIdx } from "@minima/data";
import { decodeSafetensors, encodeSafetensors } from "@minima/tensor/safetensors";
import { expect, test } from "@jest/globals";
import { trainWithThreads } from "./training.js";

test.each(["MessageChannel", "TextEncoder", "TextDecoder", "setImmediate", "DecompressionStream", "structuredClone"])(
  "%s is missing",
  (name) => expect(globalThis).not.toHaveProperty(name),
);

test("it trains with one thread and with two", async () => {
  expect(await trainWithThreads()).toEqual({ threads: 2, startedThreads: 2, isSame: true });
});

test("safetensors are written and read", () => {
  const tensors = new Map([["größe", { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) }]]);
  const file = encodeSafetensors(tensors, { format: "pt" });
  expect(decodeSafetensors(file)).toEqual({ tensors, metadata: { format: "pt" } });
});

test("compressed data are read", async () => {
  const zipped = "H4sIAAAAAAAAA2Ng4GBkYGBgZmRiBgCL5b2kCwAAAA=="; // bytes 1, 2, 3
  const { shape, data } = await readIdx(Uint8Array.from(atob(zipped), (character) => character.charCodeAt(0)));
  expect([shape, [...data]]).toEqual([[3], [1, 2, 3]]);
});
