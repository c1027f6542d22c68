import { NoAdapterError } from "../errors.ts";
import { howToGetOne, isNode } from "./advice.ts";

/** In a variable, so that bundlers for the browser do not look for it. */
const nodePackage: string = "webgpu";

/** Instances of Dawn must outlive everything made from them: one that is collected takes the process down. */
const instances: GPU[] = [];

/** An entry point to WebGPU, and where it comes from. */
export interface FoundGpu {
  readonly gpu: GPU;
  readonly origin: string;
}

/** `navigator.gpu` where there is one (pages, workers, Deno), else in Node the npm package `webgpu`, loaded now. */
export async function findGpu(): Promise<FoundGpu> {
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (gpu !== undefined) return { gpu, origin: "navigator.gpu" };
  if (!isNode()) throw new NoAdapterError(`webgpu: this page or worker has no navigator.gpu. ${howToGetOne()}`);
  instances[0] ??= await loadDawn();
  return { gpu: instances[0], origin: "the npm package webgpu" };
}

async function loadDawn(): Promise<GPU> {
  try {
    const { create } = (await import(/* @vite-ignore */ nodePackage)) as { create(options: string[]): GPU };
    return create([]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoAdapterError(
      `webgpu: Node has no WebGPU of its own, and the npm package that brings it could not be loaded (${reason}). ` +
        "Install it: npm install webgpu",
      { cause: error },
    );
  }
}
