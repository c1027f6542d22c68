import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError, idxImageDataset, readIdx } from "../src/index.ts";
import { idxBytes, imageFile, labelFile } from "./idx-bytes.ts";

/** Elements with the highest byte first. */
function bigEndian(
  bytesPerElement: number,
  values: readonly number[],
  set: "setInt16" | "setInt32" | "setFloat32" | "setFloat64",
) {
  const bytes = new Uint8Array(bytesPerElement * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view[set](index * bytesPerElement, value));
  return bytes;
}

async function failure(bytes: Uint8Array): Promise<DataError> {
  const error = await readIdx(bytes, "some/file").catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DataError);
  return error as DataError;
}

describe("readIdx", () => {
  const numbers = [-3, 0, 7, 100, -100, 1];
  const files = [
    {
      type: "uint8",
      bytes: idxBytes(0x08, [2, 3], Uint8Array.of(0, 1, 2, 253, 254, 255)),
      data: Uint8Array.of(0, 1, 2, 253, 254, 255),
    },
    {
      type: "int8",
      bytes: idxBytes(0x09, [2, 3], Uint8Array.from(Int8Array.from(numbers))),
      data: Int8Array.from(numbers),
    },
    { type: "int16", bytes: idxBytes(0x0b, [2, 3], bigEndian(2, numbers, "setInt16")), data: Int16Array.from(numbers) },
    { type: "int32", bytes: idxBytes(0x0c, [2, 3], bigEndian(4, numbers, "setInt32")), data: Int32Array.from(numbers) },
    {
      type: "float32",
      bytes: idxBytes(0x0d, [2, 3], bigEndian(4, numbers, "setFloat32")),
      data: Float32Array.from(numbers),
    },
    {
      type: "float64",
      bytes: idxBytes(0x0e, [2, 3], bigEndian(8, numbers, "setFloat64")),
      data: Float64Array.from(numbers),
    },
  ];

  it.each(files)("$type, raw and gzip", async ({ type, bytes, data }) => {
    for (const file of [bytes, gzipSync(bytes), gzipSync(bytes, { level: 0 })]) {
      expect(await readIdx(file, "file")).toEqual({ type, shape: [2, 3], data, headerBytes: 12, source: "file" });
    }
  });

  it("reads a file that lies within a larger buffer, at an odd place", async () => {
    const buffer = new Uint8Array(100);
    const { bytes, data } = files[5];
    buffer.set(bytes, 3);
    expect((await readIdx(buffer.subarray(3, 3 + bytes.length))).data).toEqual(data);
  });

  it("reads gzip files of several members, and files larger than the decoder's pieces", async () => {
    const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
    const bytes = idxBytes(0x08, [300, 1000], content);
    const members = Buffer.concat([gzipSync(bytes.subarray(0, 7)), gzipSync(bytes.subarray(7))]);
    expect(Buffer.from((await readIdx(members)).data as Uint8Array).equals(content)).toBe(true);
  });

  it("reads files without elements", async () => {
    expect((await readIdx(idxBytes(0x08, [0, 28, 28], new Uint8Array(0)))).data).toHaveLength(0);
    expect((await readIdx(gzipSync(idxBytes(0x08, [0], new Uint8Array(0))))).shape).toEqual([0]);
  });
});

describe("where there is no DecompressionStream", () => {
  const read = (): Promise<unknown> => readIdx(gzipSync(idxBytes(0x08, [3], Uint8Array.of(1, 2, 3))), "a.gz");
  beforeEach(() => {
    vi.stubGlobal("DecompressionStream", undefined);
    vi.stubGlobal("ReadableStream", undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("readIdx takes that of Node", async () => {
    expect(await read()).toMatchObject({ shape: [3], data: Uint8Array.of(1, 2, 3) });
  });

  it("readIdx asks for the uncompressed file", async () => {
    vi.stubGlobal("process", undefined);
    await expect(read()).rejects.toThrow("a.gz: nothing here reads gzip; give the uncompressed file");
  });
});

describe("readIdx refuses", () => {
  const file = imageFile(3); // a header of 16 bytes and 36 elements
  const flipped = (byte: number, value: number): Uint8Array => file.with(byte, value);

  it("a file cut anywhere", async () => {
    for (let length = 0; length < file.length; length++) {
      const error = await failure(file.subarray(0, length));
      expect(error.message).toMatch(/^some\/file, byte \d+: truncated/);
      expect(error.offset).toBe(length);
      const zipped = await failure(gzipSync(file.subarray(0, length)));
      expect(zipped.message).toMatch(/truncated/);
      expect(zipped.offset).toBe(length);
    }
  });

  it.each([
    {
      name: "the first byte",
      bytes: flipped(0, 0x89),
      offset: 0,
      message: /wrong magic 89 00 08 03: .* begins with 00 00/,
    },
    { name: "the second byte", bytes: flipped(1, 1), offset: 1, message: /wrong magic 00 01 08 03/ },
    { name: "the type", bytes: flipped(2, 0x0a), offset: 2, message: /wrong magic 00 00 0a 03/ },
    { name: "the number of axes", bytes: flipped(3, 0), offset: 3, message: /wrong magic 00 00 08 00/ },
    { name: "one axis more", bytes: flipped(3, 4), offset: 52, zippedOffset: 4, message: /truncated/ },
    {
      name: "one image more",
      bytes: flipped(7, 4),
      offset: 52,
      message: /\[4, 4, 3\] takes 64 bytes .* ends after 52/,
    },
    { name: "one image fewer", bytes: flipped(7, 2), offset: 40, message: /trailing bytes.*\[2, 4, 3\] takes 40/ },
    {
      name: "a huge count",
      bytes: flipped(4, 0xff),
      offset: 4,
      message: /declares uint8 of shape .* the limit is 4294967296/,
    },
    { name: "another type", bytes: flipped(2, 0x0e), offset: 52, message: /float64 .* takes 304 bytes/ },
  ])("a header with $name changed, raw and gzip", async ({ bytes, offset, zippedOffset, message }) => {
    const plain = await failure(bytes);
    const zipped = await failure(gzipSync(bytes));
    for (const error of [plain, zipped]) {
      expect(error.message).toMatch(message);
      expect(error.file).toBe("some/file");
    }
    expect(plain.offset).toBe(offset);
    expect(zipped.offset).toBe(zippedOffset ?? offset);
  });

  it("a gzip file that is damaged or cut short", async () => {
    const zipped = gzipSync(imageFile(500));
    for (const length of [2, 5, 10, 30, zipped.length - 9, zipped.length - 1]) {
      expect((await failure(zipped.subarray(0, length))).message).toMatch(/gzip data are corrupt or cut short/);
    }
    const wrongSum = Uint8Array.from(zipped);
    wrongSum[wrongSum.length - 7] ^= 1;
    const error = await failure(wrongSum);
    expect(error.message).toMatch(/gzip data are corrupt/);
    expect(error.cause).toBeInstanceOf(Error);
    const junk = Buffer.concat([zipped, Buffer.from("junk")]);
    expect((await failure(junk)).message).toMatch(/gzip data are corrupt/);
  });

  it("a small gzip file that declares gigabytes, before it takes the memory", async () => {
    const bomb = gzipSync(idxBytes(0x08, [4_000_000_000], new Uint8Array(1000)));
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(bomb);
    expect(error.message).toMatch(/truncated: .*4000000008 bytes.*, more than \d+ compressed bytes can hold/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30e6);
  });

  it("a gzip file that expands beyond its header, without expanding it", async () => {
    const bomb = gzipSync(idxBytes(0x08, [10], new Uint8Array(100e6)));
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(bomb);
    expect(error.message).toMatch(/trailing bytes/);
    expect(error.offset).toBe(18);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30e6);
  });

  it("more bytes than the caller allows", async () => {
    await expect(readIdx(file, "f", { maxBytes: 35 })).rejects.toThrow(/36 bytes; the limit is 35/);
    await expect(readIdx(file, "f", { maxBytes: 36 })).resolves.toBeDefined();
  });
});

describe("idxImageDataset", () => {
  const files = async (images: Uint8Array, labels: Uint8Array) => {
    return [await readIdx(images, "images"), await readIdx(labels, "labels")] as const;
  };

  it("makes [1, height, width] images from 0 to 1 and int32 labels", async () => {
    const dataset = idxImageDataset(...(await files(imageFile(12), labelFile(12))));
    expect(dataset.length).toBe(12);
    expect(dataset.inputs).toEqual({ shape: [1, 4, 3], dtype: "float32" });
    expect(dataset.targets).toEqual({ shape: [], dtype: "int32" });
    const inputs = new Float32Array(12);
    const targets = new Int32Array(1);
    dataset.fill(Uint32Array.of(11), inputs, targets);
    expect(inputs[0]).toBeCloseTo(132 / 255, 6);
    expect([...targets]).toEqual([1]);
  });

  const badLabels = labelFile(12);
  badLabels[8 + 5] = 10;
  it.each([
    {
      name: "other counts",
      images: imageFile(12),
      labels: labelFile(11),
      file: "labels",
      offset: 4,
      message: /11 labels, but images has 12/,
    },
    {
      name: "a label out of range",
      images: imageFile(12),
      labels: badLabels,
      file: "labels",
      offset: 13,
      message: /label 10 of image 5 .* 0 to 9/,
    },
    {
      name: "labels as images",
      images: labelFile(12),
      labels: labelFile(12),
      file: "images",
      offset: 3,
      message: /expected uint8 with 3 axes, found uint8 with 1/,
    },
    {
      name: "images as labels",
      images: imageFile(12),
      labels: imageFile(12),
      file: "labels",
      offset: 3,
      message: /1 axes|1 axis/,
    },
    {
      name: "signed images",
      images: imageFile(12).with(2, 9),
      labels: labelFile(12),
      file: "images",
      offset: 2,
      message: /found int8/,
    },
    { name: "no image", images: imageFile(0), labels: labelFile(0), file: "images", offset: 4, message: /no images/ },
  ])("refuses $name", async ({ images, labels, file, offset, message }) => {
    const arrays = await files(images, labels);
    let error: unknown;
    try {
      idxImageDataset(...arrays);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ file, offset, message: expect.stringMatching(message) as unknown });
  });
});
