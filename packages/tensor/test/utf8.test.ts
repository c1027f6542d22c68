import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../src/safetensors/utf8.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

describe("UTF-8", () => {
  it.each(["", "a", "%41 100%", "\0\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}", "\ufeffwéight 重み 🜁"])(
    "is what the platform makes of %j",
    (text) => {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    },
  );

  it("is what the platform makes of any text", () => {
    const ranges = [[0, 0x7f], [0x80, 0x7ff], [0x800, 0xd7ff], [0xe000, 0x10ffff]]; // prettier-ignore
    const point = fc.oneof(...ranges.map(([min, max]) => fc.integer({ min, max })));
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const text = String.fromCodePoint(...points);
        const bytes = new TextEncoder().encode(text);
        expect(encodeUtf8(text)).toEqual(bytes);
        expect(decodeUtf8(bytes)).toBe(text);
      }),
    );
  });

  it("refuses the bytes that the platform refuses", () => {
    const outcome = (decode: () => string): string | null => {
      try {
        return decode();
      } catch {
        return null;
      }
    };
    const byte = fc.oneof(fc.constantFrom(0x25, 0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xff), fc.nat(255)); // prettier-ignore
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), fc.array(byte, { maxLength: 6 }), (any, likely) => {
        for (const bytes of [any, Uint8Array.from(likely)]) {
          expect(outcome(() => decodeUtf8(bytes))).toBe(outcome(() => decoder.decode(bytes)));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("has no half of a surrogate pair", () => {
    expect(() => encodeUtf8("a\ud800b")).toThrow(URIError);
  });
});
