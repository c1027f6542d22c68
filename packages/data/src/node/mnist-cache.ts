import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError, MissingFilesError } from "../errors.ts";
import { isGzip } from "../idx/gunzip.ts";
import { encodeUint8Header } from "../idx/header.ts";
import type { IdxArray } from "../idx/read-idx.ts";
import { readIdx } from "../idx/read-idx.ts";
import type { DownloadOptions } from "./download.ts";
import { download } from "./download.ts";
import { findParts, missingNames } from "./mnist-folder.ts";
import type { MnistPart, PublishedDataset, PublishedFile } from "./mnist-files.ts";
import { partNames } from "./mnist-files.ts";
import { readIdxFile } from "./read-idx-file.ts";
import { writeAtomically } from "./write-atomically.ts";

/** Options of {@link readCached}. */
export interface CacheOptions extends Omit<DownloadOptions, "maxBytes"> {
  readonly download: boolean;
  readonly mirrors: readonly string[];
}

/** More than any of the files can become by compression: gzip adds a header and a few bytes for each block. */
const compressionOverhead = 65536;

/**
 * The four parts from the cache folder. Those that are missing there, or are not as published, are downloaded into it.
 * @returns the parts, and whether anything was downloaded
 */
export async function readCached(
  folder: string,
  dataset: PublishedDataset,
  options: CacheOptions,
): Promise<{ arrays: Record<MnistPart, IdxArray>; downloaded: boolean }> {
  const paths = (await findParts(folder)) ?? {};
  const missing = missingNames(paths);
  if (missing.length > 0 && !options.download) {
    throw new MissingFilesError(
      `the cache lacks ${missing.length} of the 4 files of ${dataset.title}: ${missing.join(", ")}; allow download, ` +
        `or put them there`,
      folder,
      missing,
    );
  }
  let downloaded = false;
  const part = async (name: MnistPart): Promise<IdxArray> => {
    options.signal?.throwIfAborted();
    const cached = await readVerified(paths[name], dataset.files[name], options.download);
    if (cached !== undefined) return cached;
    downloaded = true;
    const array = await fetchPart(folder, name, dataset, options);
    const replaced = paths[name];
    if (replaced !== undefined && replaced !== array.source) await rm(replaced, { force: true });
    return array;
  };
  const arrays = {
    trainImages: await part("trainImages"),
    trainLabels: await part("trainLabels"),
    testImages: await part("testImages"),
    testLabels: await part("testLabels"),
  };
  return { arrays, downloaded };
}

/** The file as published, or undefined if a download shall replace it. */
async function readVerified(
  path: string | undefined,
  expected: PublishedFile,
  replaceable: boolean,
): Promise<IdxArray | undefined> {
  if (path === undefined) return undefined;
  try {
    const array = await readIdxFile(path, { maxBytes: expected.bytes });
    verify(array, expected, path);
    return array;
  } catch (error) {
    if (replaceable && error instanceof DataError) return undefined;
    throw error;
  }
}

async function fetchPart(
  folder: string,
  part: MnistPart,
  dataset: PublishedDataset,
  options: CacheOptions,
): Promise<IdxArray> {
  const name = partNames[part];
  const expected = dataset.files[part];
  const { array, bytes } = await download(
    `${name}.gz`,
    options.mirrors.map((mirror) => `${mirror.replace(/\/*$/, "/")}${name}.gz`),
    async (bytes, url) => {
      const array = await readIdx(bytes, url, { maxBytes: expected.bytes });
      verify(array, expected, url);
      return { array, bytes };
    },
    { ...options, maxBytes: expected.bytes + compressionOverhead },
  );
  // A server may have decompressed the file on the way.
  const path = join(folder, isGzip(bytes) ? `${name}.gz` : name);
  await writeAtomically(path, bytes, "choose another folder with the option cacheDir, or XDG_CACHE_HOME");
  return { ...array, source: path };
}

function verify(array: IdxArray, expected: PublishedFile, file: string): void {
  // For bytes the header follows from the shape, so this is the hash of the uncompressed file.
  const sha256 = createHash("sha256").update(encodeUint8Header(array.shape)).update(array.data).digest("hex");
  if (array.type === "uint8" && sha256 === expected.sha256) return;
  throw new DataError(`the content has sha256 ${sha256}, expected ${expected.sha256}`, { file });
}
