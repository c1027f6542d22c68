import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { NoAdapterError } from "../errors.ts";
import type { GpuEntry } from "../options.ts";
import { readTar } from "./tar.ts";

export interface SoftwareGpuOptions {
  /** Where the driver is unpacked, once. Default: `node_modules/.cache/minima` of the project, else a temporary folder. */
  readonly cache?: string | undefined;
  /**
   * Another Vulkan driver to use, by its manifest (a JSON file), such as Mesa's lavapipe, which has half floats. Default:
   * SwiftShader. The first call of a process decides.
   */
  readonly driver?: string | undefined;
}

/**
 * SwiftShader takes about 0.3 ms to compile for every word of shared memory that it has to set to zero. Told to do it in
 * the kernel, as it does on other systems, Dawn is ten times faster to compile a matrix product.
 */
const quickStart = "disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension";

/** Kept for ever: an instance of Dawn that is collected takes the process down. */
let instance: Promise<GpuEntry> | null = null;

/**
 * WebGPU without a GPU, for tests and CI: Dawn (the npm package `webgpu`) on the software driver SwiftShader, which
 * comes with the npm package `@sparticuz/chromium`. Nothing else has to be installed. For Node on Linux x64; slow (about
 * 1 GFLOP/s), and right.
 *
 * ```ts
 * setBackend(await webgpu({ gpu: await softwareGpu() }));
 * ```
 *
 * Await `idle()` of the backend before the process ends.
 *
 * @throws NoAdapterError on other platforms, or if one of the two packages is missing.
 */
export function softwareGpu(options: SoftwareGpuOptions = {}): Promise<GpuEntry> {
  instance ??= start(options.cache ?? defaultCache(), options.driver);
  return instance;
}

async function start(cache: string, driver: string | undefined): Promise<GpuEntry> {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64")
    throw new NoAdapterError(`softwareGpu: there is no software driver for ${platform}, only for linux-x64`);
  const dawn = path.join(path.dirname(entryOf("webgpu")), "dist", platform, "dawn.node");
  const archive = path.join(path.dirname(entryOf("@sparticuz/chromium")), "../bin/swiftshader.tar.br");
  const folder = await unpack(archive, dawn, cache);
  // The loader looks for drivers when Dawn makes its instance.
  process.env["VK_DRIVER_FILES"] = driver ?? path.join(folder, "vk_swiftshader_icd.json");
  const loaded: { exports: { create?(options: string[]): GpuEntry } } = { exports: {} };
  process.dlopen(loaded, path.join(folder, "dawn.node"));
  const gpu = loaded.exports.create?.([quickStart]);
  if (gpu === undefined) throw new NoAdapterError(`softwareGpu: ${dawn} is not Dawn's binding for Node`);
  return gpu;
}

/** The main file of a package that must be installed. */
function entryOf(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new NoAdapterError(`softwareGpu: the npm package ${name} is missing; npm install --save-dev ${name}`, {
      cause: error,
    });
  }
}

/**
 * A folder with the driver, the Vulkan loader and Dawn, side by side because Dawn looks for the loader next to itself.
 * It is filled under another name and then renamed, so that it is whole or not there.
 */
async function unpack(archive: string, dawn: string, cache: string): Promise<string> {
  const versions = [archive, dawn].map((file) => versionOf(file));
  const folder = path.join(cache, `swiftshader-${(await Promise.all(versions)).join("-")}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(path.join(cache, "unpacking-"));
  try {
    const tar = await promisify(brotliDecompress)(await readFile(archive));
    for (const { name, content } of readTar(tar, archive)) {
      await writeFile(path.join(temporary, path.basename(name)), content);
    }
    // A link would be followed before the loader is looked for, and a second name of a library that is loaded ignored.
    await copyFile(dawn, path.join(temporary, "dawn.node"));
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // else another process was faster
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** The version in the package.json above a file. */
async function versionOf(file: string): Promise<string> {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest)) return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
  }
  return "unknown";
}

/** The cache folder of the project that runs. */
function defaultCache(): string {
  for (let folder = process.cwd(); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const modules = path.join(folder, "node_modules");
    if (existsSync(modules)) return path.join(modules, ".cache/minima");
  }
  return path.join(os.tmpdir(), "minima");
}
