import { ModuleBuilder, leastMaximumPages } from "./module-builder.ts";
import { f32x4 } from "./namespaces.ts";

/** What the WebAssembly engine that runs this code can do, without any flag being set. */
export interface WasmFeatures {
  /** 128-bit vectors: required by every kernel of this package. */
  readonly simd: boolean;
  /** `relaxed_madd` and its family, part of the standard since WebAssembly 3.0; Node has it on from version 22. */
  readonly relaxedSimd: boolean;
  /**
   * Memory shared between threads. In a page this needs cross-origin isolation (the headers COOP and COEP); without it
   * `SharedArrayBuffer` is not there.
   */
  readonly sharedMemory: boolean;
}

let detected: WasmFeatures | undefined;

/** Asks the engine by offering it tiny modules; the answer is kept. */
export function wasmFeatures(): WasmFeatures {
  detected ??= { simd: hasSimd(), relaxedSimd: hasRelaxedSimd(), sharedMemory: hasSharedMemory() };
  return detected;
}

function hasSimd(): boolean {
  const module = new ModuleBuilder();
  module.function({ name: "probe", parameters: { x: "v128" }, result: "v128" }, (_, { x }) => f32x4.add(x, x));
  return validates(module);
}

function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  module.function({ name: "probe", parameters: { x: "v128" }, result: "v128" }, (_, { x }) =>
    f32x4.relaxed_madd(x, x, x),
  );
  return validates(module);
}

function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined" || !validates(new ModuleBuilder().importMemory({ shared: true })))
    return false;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: leastMaximumPages, shared: true });
    return memory.buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

function validates(module: ModuleBuilder): boolean {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(module.toBytes());
}
