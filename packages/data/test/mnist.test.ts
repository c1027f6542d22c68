import { gunzipSync } from "node:zlib";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Dataset } from "../src/index.ts";
import { DataError, MissingFilesError } from "../src/index.ts";
import { cacheFolder, mnist, readIdxFile } from "../src/node/index.ts";
import { imageFile, labelFile } from "./idx-bytes.ts";
import { hasData, sharedData, suiteOn } from "./shared-data.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-data-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function labelCounts(dataset: Dataset): number[] {
  const counts = new Array<number>(10).fill(0);
  const inputs = new Float32Array(784);
  const target = new Int32Array(1);
  for (let row = 0; row < dataset.length; row++) {
    void dataset.fill(Uint32Array.of(row), inputs, target);
    counts[target[0]]++;
  }
  return counts;
}

describe.skipIf(!hasData("mnist"))(suiteOn("mnist"), () => {
  it("loads the published data set", async () => {
    const loaded = await mnist({ dir: join(sharedData, "mnist") });
    expect(loaded.origin).toBe("folder");
    expect(labelCounts(loaded.train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(labelCounts(loaded.test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(await meanAndStd(loaded.train)).toEqual([expect.closeTo(0.1307, 4), expect.closeTo(0.3081, 4)]);
  });

  it("takes the same files as a cache, comparing them with the published content, raw or gzip", async () => {
    await mkdir(join(folder, "mnist"));
    for (const name of ["train-images-idx3", "train-labels-idx1", "t10k-labels-idx1"]) {
      await copyFile(join(sharedData, "mnist", `${name}-ubyte.gz`), join(folder, "mnist", `${name}-ubyte.gz`));
    }
    const zipped = await readFile(join(sharedData, "mnist", "t10k-images-idx3-ubyte.gz"));
    const raw = gunzipSync(zipped);
    await writeFile(join(folder, "mnist", "t10k-images.idx3-ubyte"), raw);
    const loaded = await mnist({ cacheDir: folder, download: false });
    expect(loaded).toMatchObject({ origin: "cache", folder: join(folder, "mnist") });

    raw[5000] ^= 1;
    await writeFile(join(folder, "mnist", "t10k-images.idx3-ubyte"), raw);
    await expect(mnist({ cacheDir: folder, download: false })).rejects.toThrow(
      /t10k-images.*sha256 .*, expected 0fa78/,
    );
  });
});

describe.skipIf(!hasData("fashion-mnist"))(suiteOn("fashion-mnist"), () => {
  it("loads the published data set", async () => {
    const loaded = await mnist({ variant: "fashion-mnist", dir: join(sharedData, "fashion-mnist") });
    expect(loaded.classes[9]).toBe("Ankle boot");
    expect(labelCounts(loaded.train)).toEqual(new Array(10).fill(6000));
    expect(labelCounts(loaded.test)).toEqual(new Array(10).fill(1000));
  });
});

async function meanAndStd(dataset: Dataset): Promise<[number, number]> {
  const rows = 1000;
  let sum = 0;
  let squares = 0;
  const inputs = new Float32Array(rows * 784);
  const targets = new Int32Array(rows);
  for (let first = 0; first < dataset.length; first += rows) {
    await dataset.fill(
      Uint32Array.from({ length: rows }, (_, i) => first + i),
      inputs,
      targets,
    );
    for (const x of inputs) {
      sum += x;
      squares += x * x;
    }
  }
  const mean = sum / (dataset.length * 784);
  return [mean, Math.sqrt(squares / (dataset.length * 784) - mean * mean)];
}

describe("mnist from a folder", () => {
  const write = async (files: Record<string, Uint8Array>): Promise<void> => {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  };
  const whole = {
    "train-images-idx3-ubyte": imageFile(20),
    "train-labels.idx1-ubyte": labelFile(20),
    "t10k-images-idx3-ubyte": imageFile(10),
    "t10k-labels-idx1-ubyte": labelFile(10),
  };

  it("takes any files of the format, under the names in use", async () => {
    await write(whole);
    const { train, test, folder: found } = await mnist({ dir: folder });
    expect([train.length, test.length, found]).toEqual([20, 10, folder]);
  });

  it("names the files that are missing", async () => {
    await write({ "train-images-idx3-ubyte": imageFile(20), "t10k-labels.idx1-ubyte": labelFile(10) });
    const error = await mnist({ dir: folder }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MissingFilesError);
    expect(error).toMatchObject({ folder, missing: ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"] });
    expect(String(error)).toContain(`${folder}: the folder lacks 2 of the 4 files of MNIST`);
  });

  it.each([
    { name: "a folder that does not exist", dir: "nowhere", message: /nowhere: there is no such folder/ },
    { name: "a file for a folder", dir: "train-images-idx3-ubyte", message: /it is not a folder/ },
  ])("refuses $name", async ({ dir, message }) => {
    await write(whole);
    await expect(mnist({ dir: join(folder, dir) })).rejects.toThrow(message);
  });

  it("names the file and byte that are wrong", async () => {
    await write({ ...whole, "t10k-images-idx3-ubyte": imageFile(10).subarray(0, 50) });
    const file = join(folder, "t10k-images-idx3-ubyte");
    const error = await mnist({ dir: folder }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ file, offset: 50 });
  });

  it("refuses an unknown variant", async () => {
    await expect(mnist({ variant: "kmnist" as "mnist" })).rejects.toThrow(/unknown variant "kmnist", known: mnist/);
  });
});

describe("readIdxFile", () => {
  it.each([
    { name: "a missing file", path: "absent", message: /absent: cannot be read: there is no such file/ },
    { name: "a folder", path: ".", message: /it is not a file/ },
    { name: "an empty file", path: "empty", message: /empty, byte 0: truncated/ },
    { name: "another file", path: "text", message: /text, byte 0: wrong magic 68 65 6c 6c/ },
    { name: "a file longer than declared", path: "long", message: /long, byte 40: 1 trailing bytes/ },
  ])("refuses $name", async ({ path, message }) => {
    await writeFile(join(folder, "empty"), "");
    await writeFile(join(folder, "text"), "hello, world");
    await writeFile(join(folder, "long"), Buffer.concat([imageFile(2), Buffer.of(0)]));
    await expect(readIdxFile(join(folder, path))).rejects.toThrow(message);
  });
});

describe("cacheFolder", () => {
  it.each([
    { platform: "linux", env: {}, folder: "/home/ada/.cache/minima" },
    { platform: "linux", env: { XDG_CACHE_HOME: "/var/ada" }, folder: "/var/ada/minima" },
    { platform: "linux", env: { XDG_CACHE_HOME: "relative" }, folder: "/home/ada/.cache/minima" },
    { platform: "darwin", env: {}, folder: "/home/ada/Library/Caches/minima" },
    { platform: "win32", env: { LOCALAPPDATA: "/local" }, folder: "/local/minima" },
    { platform: "win32", env: {}, folder: "/home/ada/AppData/Local/minima" },
  ])("$platform with $env: $folder", ({ platform, env, folder: expected }) => {
    expect(cacheFolder({ platform, env, home: "/home/ada" }).replaceAll("\\", "/")).toBe(expected);
  });
});
