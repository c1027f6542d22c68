import { join } from "node:path";
import { ValueError } from "@minima/tensor";
import type { ArrayDataset } from "../array-dataset.ts";
import { idxImageDataset } from "../idx/image-dataset.ts";
import type { IdxArray } from "../idx/read-idx.ts";
import type { Normalization } from "../normalization.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { DownloadProgress } from "./download.ts";
import { readCached } from "./mnist-cache.ts";
import type { MnistPart, MnistVariant } from "./mnist-files.ts";
import { published } from "./mnist-files.ts";
import { requireParts } from "./mnist-folder.ts";
import { readIdxFile } from "./read-idx-file.ts";

/** Options of {@link mnist}. */
export interface MnistOptions {
  /** `mnist` (the default) or `fashion-mnist`. */
  readonly variant?: MnistVariant | undefined;
  /** A folder with the four idx files, raw or gzip. Without it the cache is used, filled by a download if need be. */
  readonly dir?: string | undefined;
  /** Standardises pixels after they have been brought to the range from 0 to 1. */
  readonly normalize?: Normalization | undefined;
  /** Where downloads are kept: by default the user's cache folder, see `cacheFolder`. */
  readonly cacheDir?: string | undefined;
  /** Whether files that the cache lacks may be downloaded; they may by default. */
  readonly download?: boolean | undefined;
  /** Addresses of folders to download from, tried in order. */
  readonly mirrors?: readonly string[] | undefined;
  /** Milliseconds without a byte after which a mirror is given up, 10,000 by default. */
  readonly timeout?: number | undefined;
  /** Ends a download; nothing of the file in progress is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** MNIST or Fashion-MNIST, loaded. */
export interface Mnist {
  /** 60,000 rows: inputs float32 [1, 28, 28] from 0 to 1, targets int32 from 0 to 9. */
  readonly train: ArrayDataset;
  /** 10,000 rows. */
  readonly test: ArrayDataset;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Folder of the files. */
  readonly folder: string;
  /** Whether the files lay in `dir`, in the cache, or were downloaded into it just now. */
  readonly origin: "folder" | "cache" | "download";
}

/**
 * Loads MNIST (LeCun, Cortes, Burges 1998) or Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): from `dir`, else from the
 * user's cache, else by download. What comes from the cache or from a mirror is compared with the published content by
 * sha256; files in `dir` may be any in this format.
 *
 * @throws MissingFilesError naming the files that `dir` lacks
 * @throws DownloadError if no mirror delivers, `reason` telling whether the machine is offline
 * @throws DataError for files that are not what they should be
 */
export async function mnist(options: MnistOptions = {}): Promise<Mnist> {
  const { variant = "mnist", dir, normalize, cacheDir = cacheFolder(), timeout = 10_000 } = options;
  const dataset = published[variant];
  if (dataset === undefined) {
    throw new ValueError(`mnist: unknown variant "${String(variant)}", known: ${Object.keys(published).join(", ")}`);
  }
  const build = (arrays: Record<MnistPart, IdxArray>, folder: string, origin: Mnist["origin"]): Mnist => ({
    train: idxImageDataset(arrays.trainImages, arrays.trainLabels, { classes: dataset.classes.length, normalize }),
    test: idxImageDataset(arrays.testImages, arrays.testLabels, { classes: dataset.classes.length, normalize }),
    classes: dataset.classes,
    folder,
    origin,
  });
  if (dir !== undefined) return build(await readFolder(dir, dataset.title), dir, "folder");
  const folder = join(cacheDir, variant);
  const { arrays, downloaded } = await readCached(folder, dataset, {
    download: options.download ?? true,
    mirrors: options.mirrors ?? dataset.mirrors,
    timeout,
    signal: options.signal,
    onProgress: options.onProgress,
  });
  return build(arrays, folder, downloaded ? "download" : "cache");
}

async function readFolder(folder: string, title: string): Promise<Record<MnistPart, IdxArray>> {
  const paths = await requireParts(folder, title);
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    readIdxFile(paths.trainImages),
    readIdxFile(paths.trainLabels),
    readIdxFile(paths.testImages),
    readIdxFile(paths.testLabels),
  ]);
  return { trainImages, trainLabels, testImages, testLabels };
}
