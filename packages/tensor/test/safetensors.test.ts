import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SafetensorsError, decodeSafetensors, encodeSafetensors } from "../src/safetensors.ts";
import type { HostTensor } from "../src/safetensors.ts";

/** A file with this header text and these data bytes; `length` overrides what the header claims. */
function file(header: string | Uint8Array, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(Array.from(data), 8 + text.length);
  return bytes;
}

function entry(dtype: string, shape: string, offsets: string): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
}

/** The header of a file with the one tensor `x`. */
function x(dtype: string, shape: string, offsets: string): string {
  return `{"x":${entry(dtype, shape, offsets)}}`;
}

function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.subarray(8, 8 + length));
}

/** Decodes the one tensor `x` of a file of this dtype, with `pad` bytes in front so that alignment varies. */
function decodeOne(dtype: string, count: number, data: ArrayLike<number>, pad = 0): HostTensor {
  const plain = file(`{"x":${entry(dtype, `[${count}]`, `[0,${data.length}]`)}}`, data);
  const shifted = new Uint8Array(pad + plain.length);
  shifted.set(plain, pad);
  return decodeSafetensors(shifted.subarray(pad), "one.safetensors").tensors.get("x")!;
}

const bytesOf = (array: Float64Array | Uint16Array | BigInt64Array | BigUint64Array | Int8Array | Int16Array) =>
  new Uint8Array(array.buffer);

describe("encodeSafetensors", () => {
  it("writes the bytes that the format prescribes", () => {
    const bytes = encodeSafetensors(new Map([["a", { dtype: "uint8", shape: [2], data: new Uint8Array([7, 9]) }]]), {
      format: "pt",
    });
    const header = '{"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}';
    expect(headerOf(bytes)).toBe(header.padEnd(Math.ceil(header.length / 8) * 8));
    expect([...bytes.subarray(-2)]).toEqual([7, 9]);
  });

  it("keeps the order of the map in the header and puts wide elements first in the data", () => {
    const tensors = new Map<string, HostTensor>([
      ["mask", { dtype: "bool", shape: [3], data: new Uint8Array([1, 0, 1]) }],
      ["weight", { dtype: "float32", shape: [2], data: new Float32Array([1.5, -2]) }],
    ]);
    const bytes = encodeSafetensors(tensors);
    const header = JSON.parse(headerOf(bytes)) as Record<string, { data_offsets: number[] }>;
    expect(header.weight.data_offsets).toEqual([0, 8]);
    expect(header.mask.data_offsets).toEqual([8, 11]);
    const { tensors: decoded } = decodeSafetensors(bytes);
    expect([...decoded.keys()]).toEqual(["mask", "weight"]);
    expect(decoded.get("weight")!.data.buffer).toBe(bytes.buffer);
  });

  it("stores only what a view shows", () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["x", { dtype: "float32", shape: [2], data }]])));
    expect([...tensors.get("x")!.data]).toEqual([2, 3]);
  });

  const float = (shape: number[], size: number): HostTensor => ({
    dtype: "float32",
    shape,
    data: new Float32Array(size),
  });
  it.each<[string, string, HostTensor, RegExp]>([
    ["a shape of another size", "w", float([2, 3], 5), /tensor "w": shape \[2, 3\] takes 6 elements, but there are 5/],
    ["a negative extent", "w", float([-1], 0), /shape \[-1\] must hold integers/],
    ["another array", "w", { dtype: "int32", shape: [1], data: new Float32Array(1) }, /int32 cannot hold float32/],
    ["a boolean 2", "w", { dtype: "bool", shape: [1], data: new Uint8Array([2]) }, /bool elements must be 0 or 1/],
    ["the name of the metadata", "__metadata__", float([], 1), /keeps this name/],
    ["half a surrogate pair", "\ud800", float([], 1), /not valid Unicode/],
  ])("refuses %s", (_, name, tensor, message) => {
    expect(() => encodeSafetensors(new Map([[name, tensor]]))).toThrow(message);
    expect(() => encodeSafetensors(new Map([[name, tensor]]))).toThrow(SafetensorsError);
  });
});

describe("a round trip", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => text !== "__metadata__");
  const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
  const tensor = fc
    .tuple(fc.constantFrom("float32", "int32", "uint32", "uint8", "bool"), shape)
    .chain(([dtype, shape]) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const exactly = { minLength: size, maxLength: size };
      const data: Record<string, fc.Arbitrary<HostTensor["data"]>> = {
        float32: fc.float32Array(exactly),
        int32: fc.int32Array(exactly),
        uint32: fc.uint32Array(exactly),
        uint8: fc.uint8Array(exactly),
        bool: fc.uint8Array({ ...exactly, max: 1 }),
      };
      return data[dtype].map((data): HostTensor => ({ dtype: dtype as HostTensor["dtype"], shape, data }));
    });
  const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 });
  const metadata = fc.dictionary(name, fc.string({ unit: "grapheme" }));

  it("gives back every tensor bit by bit, at any alignment of the bytes", () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat({ max: 7 }), (list, strings, shift) => {
        const bytes = encodeSafetensors(new Map(list), strings);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const decoded = decodeSafetensors(moved.subarray(shift));
        expect([...decoded.tensors.keys()]).toEqual(list.map(([key]) => key));
        expect(Object.entries(decoded.metadata)).toEqual(Object.entries(strings));
        for (const [key, want] of list) {
          const got = decoded.tensors.get(key)!;
          expect(got.dtype).toBe(want.dtype);
          expect(got.shape).toEqual(want.shape);
          const bits = ({ data }: HostTensor) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
          expect(bits(got)).toEqual(bits(want));
        }
      }),
    );
  });

  it("never fails in another way than with a SafetensorsError, whatever byte is changed", () => {
    const bytes = encodeSafetensors(
      new Map<string, HostTensor>([
        ["a", { dtype: "float32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
        ["b", { dtype: "bool", shape: [], data: new Uint8Array([1]) }],
      ]),
      { k: "v" },
    );
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: bytes.length }),
        (at, to, cut) => {
          for (const damaged of [bytes.slice(), bytes.slice(0, cut)]) {
            if (at < damaged.length) damaged[at] = to;
            try {
              decodeSafetensors(damaged);
            } catch (error) {
              expect(error).toBeInstanceOf(SafetensorsError);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("decodeSafetensors", () => {
  it("reads a file without tensors", () => {
    expect(decodeSafetensors(file("{}")).tensors.size).toBe(0);
    expect(decodeSafetensors(file('{"__metadata__":{"a":"b"}}  ')).metadata).toEqual({ a: "b" });
  });

  it("keeps names that objects treat specially", () => {
    const header = `{"__proto__":${entry("U8", "[]", "[0,1]")},"\\u00e9 \\"x\\"":${entry("U8", "[1,1]", "[1,2]")}}`;
    const { tensors } = decodeSafetensors(file(header, [3, 4]));
    expect([...tensors].map(([name, { shape, data }]) => [name, shape, [...data]])).toEqual([
      ["__proto__", [], [3]],
      ['é "x"', [1, 1], [4]],
    ]);
    const { metadata } = decodeSafetensors(file('{"__metadata__":{"__proto__":"p"}}'));
    expect(Object.entries(metadata)).toEqual([["__proto__", "p"]]);
  });

  it.each([0, 1, 2, 3])("reads float32 that starts %i bytes into its buffer", (pad) => {
    const bytes = new Uint8Array(new Float32Array([1, -2.5, Infinity]).buffer);
    expect([...decodeOne("F32", 3, bytes, pad).data]).toEqual([1, -2.5, Infinity]);
  });

  it("copies from a Buffer, whose slice is a view, and gives plain arrays", () => {
    const plain = file(x("F32", "[1]", "[0,4]"), new Uint8Array(new Float32Array([1.25]).buffer));
    for (const pad of [0, 1, 2, 3]) {
      const { data } = decodeSafetensors(Buffer.concat([Buffer.alloc(pad), plain]).subarray(pad)).tensors.get("x")!;
      expect(data).toEqual(new Float32Array([1.25]));
    }
    const { data } = decodeSafetensors(Buffer.from(file(x("BOOL", "[1]", "[0,1]"), [1]))).tensors.get("x")!;
    expect(data.constructor).toBe(Uint8Array);
  });

  it.each<[string, string, Uint8Array, number[]]>([
    ["F64", "float32", bytesOf(new Float64Array([0.1, -3, NaN])), [Math.fround(0.1), -3, NaN]],
    // 1, -2, the largest, the smallest subnormal, -0, -inf, nan
    [
      "F16",
      "float32",
      bytesOf(new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0xfc00, 0x7e00])),
      [1, -2, 65504, 2 ** -24, -0, -Infinity, NaN],
    ],
    ["BF16", "float32", bytesOf(new Uint16Array([0x3f80, 0xc2f7, 0x7f80])), [1, -123.5, Infinity]],
    [
      "I64",
      "int32",
      bytesOf(new BigInt64Array([0n, -1n, 2147483647n, -2147483648n])),
      [0, -1, 2 ** 31 - 1, -(2 ** 31)],
    ],
    ["U64", "uint32", bytesOf(new BigUint64Array([0n, 4294967295n])), [0, 2 ** 32 - 1]],
    ["I16", "int32", bytesOf(new Int16Array([-300, 32767])), [-300, 32767]],
    ["U16", "uint32", bytesOf(new Uint16Array([65535])), [65535]],
    ["I8", "int32", bytesOf(new Int8Array([-128, 127])), [-128, 127]],
    ["U8", "uint8", new Uint8Array([0, 255]), [0, 255]],
    ["BOOL", "bool", new Uint8Array([0, 1]), [0, 1]],
  ])("reads %s as %s", (name, dtype, data, want) => {
    for (const pad of [0, 1]) {
      const got = decodeOne(name, want.length, data, pad);
      expect(got.dtype).toBe(dtype);
      expect([...got.data]).toEqual(want);
    }
  });

  const four = [1, 2, 3, 4];
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /^bad\.st: byte 0: the file has 0 bytes/],
    ["five bytes", new Uint8Array(5), /the file has 5 bytes/],
    ["a header past the end", file("{}", [], 3n), /claims 3 bytes, but the file ends at byte 10/],
    ["a header over 100 MB", file("{}", [], 100_000_001n), /claims 100000001 bytes, more than 100000000/],
    ["a header of 2^64 - 1 bytes", file("{}", [], 2n ** 64n - 1n), /not a safetensors file/],
    ["an empty header", file(""), /byte 8: invalid JSON: expected \{ for the header, found the end/],
    ["a header that is a list", file("[]"), /byte 8: invalid JSON: expected \{/],
    ["a header that is cut off", file('{"x":{"dtype":"F3'), /tensor "x", byte 22: dtype is a string without an end/],
    ["text after the header", file("{} x"), /byte 11: invalid JSON: x after the end/],
    ["a comma too many", file('{"__metadata__":{},}'), /byte 27: invalid JSON: expected " for a key/],
    ["a control character", file('{"a\u0001b":1}'), /byte 10: .* not a valid string/],
    ["text that is not UTF-8", file(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), /byte 10: .* UTF-8/],
    ["metadata that is no object", file('{"__metadata__":3}'), /byte 24: .* expected \{ for __metadata__, found 3/],
    ["metadata that is a number", file('{"__metadata__":{"a":1}}'), /metadata value of "a", found 1/],
    ["equal metadata keys", file('{"__metadata__":{"a":"1","a":"2"}}'), /metadata key "a" stands twice/],
    ["an entry that is a string", file('{"x":"F32"}'), /byte 13: invalid JSON: expected \{ for the entry/],
    ["an unknown key", file('{"x":{"offset":[0,4]}}'), /tensor "x", byte 23: .* unknown key "offset"/],
    ["a missing shape", file('{"x":{"dtype":"U8","data_offsets":[0,4]}}', four), /byte 13: the entry has no shape/],
    ["a dtype twice", file('{"x":{"dtype":"U8","dtype":"U8"}}'), /dtype stands twice/],
    ["a dtype it does not know", file(x("F8_E4M3", "[4]", "[0,4]"), four), /"F8_E4M3" is not supported; known are F32/],
    [
      "equal names",
      file(`{"x":${entry("U8", "[2]", "[0,2]")},"x":${entry("U8", "[2]", "[2,4]")}}`, four),
      /tensor "x", byte 65: the name stands twice/,
    ],
    [
      "equal names written differently",
      file(`{"x":${entry("U8", "[2]", "[0,2]")},"\\u0078":${entry("U8", "[2]", "[2,4]")}}`, four),
      /the name stands twice/,
    ],
    [
      "a negative extent",
      file(x("U8", "[-4]", "[0,4]"), four),
      /tensor "x", byte 36: shape holds the negative number "-4"/,
    ],
    ["half an element", file(x("U8", "[2.5]", "[0,4]"), four), /shape holds "2\.5", which is not a whole number/],
    ["an extent over 2^53", file(x("U8", "[9007199254740993]", "[0,4]"), four), /which is too large/],
    [
      "an endless extent",
      file(x("U8", `[1${"0".repeat(5000)}]`, "[0,4]"), four),
      /tensor "x", byte 36: .*0…", which is too large/,
    ],
    ["an extent of 1e400", file(x("U8", "[1e400]", "[0,4]"), four), /1e400", which is too large/],
    ["a leading zero", file(x("U8", "[04]", "[0,4]"), four), /invalid JSON: shape must hold whole numbers/],
    ["a shape of text", file(x("U8", '["4"]', "[0,4]"), four), /shape must hold whole numbers, found "/],
    ["65 axes", file(x("U8", `[${Array(65).fill(1).join()}]`, "[0,1]"), [1]), /shape has more than 64 numbers/],
    ["a product over 2^53", file(x("U8", "[4294967296,4294967296]", "[0,4]"), four), /has too many elements/],
    ["a shape of another size", file(x("F32", "[2]", "[0,4]"), four), /hold 4 bytes, but F32 with shape \[2\] takes 8/],
    ["three offsets", file(x("U8", "[4]", "[0,4,4]"), four), /data_offsets has more than 2 numbers/],
    ["one offset", file(x("U8", "[4]", "[0]"), four), /data_offsets must hold two numbers, not 1/],
    ["offsets that run back", file(x("U8", "[4]", "[4,0]"), four), /end before they begin/],
    ["offsets past the end", file(x("U8", "[5]", "[0,5]"), four), /past the end of the data \(4 bytes\)/],
    ["a gap at the front", file(x("U8", "[3]", "[1,4]"), four), /byte 62: 1 bytes between its data and the header/],
    [
      "a gap in between",
      file(`{"x":${entry("U8", "[1]", "[0,1]")},"y":${entry("U8", "[1]", "[3,4]")}}`, four),
      /tensor "y", byte \d+: 2 bytes between its data and "x"/,
    ],
    ["bytes at the end", file(x("U8", "[3]", "[0,3]"), four), /byte 64: 1 bytes after the last tensor/],
    [
      "an overlap",
      file(`{"x":${entry("U8", "[3]", "[0,3]")},"y":${entry("U8", "[2]", "[2,4]")}}`, four),
      /tensor "y", byte \d+: its data overlap those of "x" by 1 bytes/,
    ],
    ["a BOOL of 2", file(x("BOOL", "[4]", "[0,4]"), [0, 1, 2, 1]), /byte 65: a BOOL element must be 0 or 1, not 2/],
    [
      "an I64 beyond int32",
      file(x("I64", "[2]", "[0,16]"), bytesOf(new BigInt64Array([1n, 2147483648n]))),
      /byte 71: I64 element 2147483648 does not fit int32/,
    ],
    [
      "a U64 beyond uint32",
      file(x("U64", "[1]", "[0,8]"), bytesOf(new BigUint64Array([2n ** 32n]))),
      /U64 element 4294967296 does not fit uint32/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, "bad.st")).toThrow(message);
    expect(() => decodeSafetensors(bytes, "bad.st")).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(bytes, "bad.st")).toThrow(/^bad\.st: /);
  });

  const shared = process.env.MINIMA_SHARED ?? fileURLToPath(new URL("../../../../shared", import.meta.url));
  const fixtures = `${shared}/fixtures`;
  it.skipIf(!existsSync(fixtures))("reads the files that PyTorch wrote and writes them back", () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith(".safetensors"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const { tensors, metadata } = decodeSafetensors(readFileSync(`${fixtures}/${name}`), name);
      const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
      expect(again.metadata).toEqual(metadata);
      expect([...again.tensors]).toEqual([...tensors]);
    }
    const weights = decodeSafetensors(readFileSync(`${fixtures}/e2e_mlp_init.safetensors`)).tensors;
    expect(weights.get("fc1.weight")!.shape).toEqual([30, 784]);
  });
});
