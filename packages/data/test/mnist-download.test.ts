import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError, DownloadError, MissingFilesError } from "../src/index.ts";
import type { CacheOptions } from "../src/node/mnist-cache.ts";
import { readCached } from "../src/node/mnist-cache.ts";
import type { PublishedDataset } from "../src/node/mnist-files.ts";
import { mnist } from "../src/node/mnist.ts";
import { imageFile, labelFile } from "./idx-bytes.ts";

/** A small data set as if it had been published. */
const contents: Readonly<Record<string, Uint8Array>> = {
  "train-images-idx3-ubyte": imageFile(2000),
  "train-labels-idx1-ubyte": labelFile(2000),
  "t10k-images-idx3-ubyte": imageFile(100),
  "t10k-labels-idx1-ubyte": labelFile(100),
};
const publishedFile = (name: string) => ({
  bytes: contents[name].length,
  sha256: createHash("sha256").update(contents[name]).digest("hex"),
});
const dataset: PublishedDataset = {
  title: "a test set",
  classes: [],
  mirrors: [],
  files: {
    trainImages: publishedFile("train-images-idx3-ubyte"),
    trainLabels: publishedFile("train-labels-idx1-ubyte"),
    testImages: publishedFile("t10k-images-idx3-ubyte"),
    testLabels: publishedFile("t10k-labels-idx1-ubyte"),
  },
};

const servers: Server[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-download-"));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;
}

/** The content a request asks for, compressed. */
const asked = (path: string | undefined) => gzipSync(contents[(path ?? "").replace(/^\/files\/|\.gz$/g, "")]);

const good: RequestListener = (request, response) => {
  const body = asked(request.url);
  response.setHeader("content-length", body.length).end(body);
};

const fetchAll = (mirrors: string[], options: Partial<CacheOptions> = {}) =>
  readCached(folder, dataset, { download: true, timeout: 5000, mirrors, ...options });

async function failure(mirrors: string[], options: Partial<CacheOptions> = {}): Promise<unknown> {
  return fetchAll(mirrors, options).then(
    () => expect.unreachable("the download should have failed"),
    (error: unknown) => error,
  );
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const url = await serve(good);
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return url;
}

describe("download", () => {
  it("fills the cache, tells the progress, and is not needed twice", async () => {
    const progress: { file: string; bytes: number; total: number | undefined }[] = [];
    let requests = 0;
    const url = await serve((request, response) => {
      requests++;
      good(request, response);
    });
    const { arrays, downloaded } = await fetchAll([url], { onProgress: (step) => progress.push(step) });
    expect(downloaded).toBe(true);
    expect(arrays.trainImages.shape).toEqual([2000, 4, 3]);
    expect((await readdir(folder)).sort()).toEqual(
      Object.keys(contents)
        .map((name) => `${name}.gz`)
        .sort(),
    );
    const total = asked("train-images-idx3-ubyte").length;
    const images = progress.filter((step) => step.file === "train-images-idx3-ubyte.gz");
    expect(images.at(-1)).toMatchObject({ bytes: total, total });

    const again = await fetchAll([url], { download: false });
    expect(again.downloaded).toBe(false);
    expect(again.arrays.testLabels.data).toEqual(arrays.testLabels.data);
    expect(requests).toBe(4);
  });

  it("keeps the raw file where the server decompressed it", async () => {
    const url = await serve((request, response) => {
      response.setHeader("content-encoding", "gzip").end(asked(request.url));
    });
    await fetchAll([url]);
    expect(
      Buffer.from(contents["train-labels-idx1-ubyte"]).equals(await readFile(join(folder, "train-labels-idx1-ubyte"))),
    ).toBe(true);
  });

  it("replaces a file of the cache that is not as published", async () => {
    await fetchAll([await serve(good)]);
    await rm(join(folder, "t10k-labels-idx1-ubyte.gz"));
    await writeFile(join(folder, "t10k-labels-idx1-ubyte"), labelFile(99));
    const error = await failure([], { download: false });
    expect(error).toBeInstanceOf(DataError);
    expect((await fetchAll([await serve(good)])).downloaded).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith("t10k-labels"))).toEqual([
      "t10k-labels-idx1-ubyte.gz",
    ]);
    expect((await fetchAll([], { download: false })).downloaded).toBe(false);
  });

  it("says which files the cache lacks where no download is allowed", async () => {
    const error = await failure([], { download: false });
    expect(error).toBeInstanceOf(MissingFilesError);
    expect(String(error)).toMatch(/the cache lacks 4 of the 4 files of a test set: train-images-idx3-ubyte, /);
  });
});

describe("a bad mirror", () => {
  const half = (response: ServerResponse, body: Uint8Array) => response.write(body.subarray(0, body.length >> 1));
  const listeners: Record<string, { listener: RequestListener; reason: string; message: RegExp }> = {
    "that answers 404": {
      listener: (_request, response) => response.writeHead(404).end("not here"),
      reason: "refused",
      message: /no mirror has it.*HTTP 404 Not Found/,
    },
    "that breaks off": {
      listener: (request, response) => {
        const body = asked(request.url);
        response.setHeader("content-length", body.length);
        half(response, body);
        setTimeout(() => response.destroy(), 20);
      },
      reason: "offline",
      message: /no mirror could be reached/,
    },
    "that ends early and calls it whole": {
      listener: (request, response) => {
        half(response, asked(request.url));
        response.end();
      },
      reason: "corrupt",
      message: /gzip data are corrupt or cut short/,
    },
    "that stalls": {
      listener: (request, response) => {
        half(response, asked(request.url));
      },
      reason: "offline",
      message: /no answer for 200 ms/,
    },
    "with another file of the same shape": {
      listener: (_request, response) => {
        const bytes = imageFile(2000);
        bytes[500] ^= 1;
        response.end(gzipSync(bytes));
      },
      reason: "corrupt",
      message: /sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/,
    },
    "with a web page": {
      listener: (_request, response) => response.end("<html>Log in to this network</html>"),
      reason: "corrupt",
      message: /wrong magic 3c 68 74 6d/,
    },
    "with a file that is announced too long": {
      listener: (_request, response) => {
        response.setHeader("content-length", 1e9);
        response.write("x");
      },
      reason: "corrupt",
      message: /1000000000 bytes or more, expected at most/,
    },
    "with a file without end": {
      listener: (_request, response) => {
        const piece = new Uint8Array(1 << 20);
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      },
      reason: "corrupt",
      message: /bytes or more, expected at most/,
    },
  };

  it.each(Object.entries(listeners))("%s: the next one is asked, and nothing is kept of it", async (_, bad) => {
    const urls = [await serve(bad.listener), await serve(good)];
    const error = await failure([urls[0]], { timeout: 200 });
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ reason: bad.reason, file: "train-images-idx3-ubyte.gz" });
    expect(String(error)).toMatch(bad.message);
    expect(await readdir(folder)).toEqual([]);
    expect((await fetchAll(urls, { timeout: 200 })).downloaded).toBe(true);
  });

  it("that nobody runs means offline", async () => {
    const error = await failure([await nobody(), await nobody()]);
    expect(error).toMatchObject({ name: "DownloadError", reason: "offline" });
    expect((error as DownloadError).attempts).toHaveLength(2);
    expect(String(error)).toMatch(/ECONNREFUSED/);
    expect(await readdir(folder)).toEqual([]);
    expect((await fetchAll([await nobody(), await serve(good)])).downloaded).toBe(true);
  });

  it("that is wrong counts more than one that is away", async () => {
    const wrong = await serve((_request, response) => response.end("what?"));
    expect(await failure([wrong, await nobody()])).toMatchObject({ reason: "corrupt" });
  });
});

describe("AbortSignal", () => {
  it("ends a download in the middle and leaves nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    const url = await serve((request, response) => {
      response.write(asked(request.url).subarray(0, 100)); // and never the rest
    });
    const error = await failure([url, await serve(good)], {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    expect(error).toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it("that is aborted already asks nobody", async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests++;
      response.end();
    });
    expect(await failure([url], { signal: AbortSignal.abort() })).toMatchObject({ name: "AbortError" });
    expect(requests).toBe(0);
  });
});

describe("a cache that cannot be written", () => {
  it("is named", async () => {
    await writeFile(join(folder, "file"), "in the way");
    const blocked = join(folder, "file", "cache");
    const error = await readCached(blocked, dataset, {
      download: true,
      timeout: 5000,
      mirrors: [await serve(good)],
    }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect(String(error)).toMatch(/cache: it is not a folder/);
  });

  it("is named with the option that changes it, and no temporary file is left", async () => {
    await mkdir(join(folder, "train-images-idx3-ubyte.gz", "inside"), { recursive: true });
    const error = await failure([await serve(good)]);
    expect(String(error)).toMatch(/train-images-idx3-ubyte.gz: cannot be written: .*cacheDir/);
    expect(await readdir(folder)).toEqual(["train-images-idx3-ubyte.gz"]);
  });
});

describe("mnist", () => {
  it("downloads from the mirrors given, and compares with what was published", async () => {
    const error = await mnist({ cacheDir: folder, mirrors: [await serve(good)] }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "DownloadError", reason: "corrupt" });
    expect(await readdir(folder)).toEqual([]);
  });
});
