/** The part of `@minima/data` that needs Node: files, the cache folder and downloads. */
export { cacheFolder } from "./cache-folder.ts";
export type { Surroundings } from "./cache-folder.ts";
export type { DownloadProgress } from "./download.ts";
export { mnist } from "./mnist.ts";
export type { Mnist, MnistOptions } from "./mnist.ts";
export type { MnistVariant } from "./mnist-files.ts";
export { readIdxFile } from "./read-idx-file.ts";
