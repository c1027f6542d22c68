import { type ModuleBuilder, memoryImport } from "@minima/backend-cpu/wasm";

/** The function `kernel` of a little module. */
export type Kernel = (...values: number[]) => number;

/** Compiles a module, with a memory if it wants one. */
export function compileKernel(module: ModuleBuilder, memory?: WebAssembly.Memory): Kernel {
  const imports = memory === undefined ? {} : { [memoryImport.module]: { [memoryImport.name]: memory } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports);
  return exports["kernel"] as Kernel; // the export that every module here has
}

/** Milliseconds of calls over half a second, after a tenth of a second in which the engine optimizes the code. */
export function timeKernel(kernel: Kernel, ...values: number[]): number[] {
  runFor(kernel, values, 100);
  return runFor(kernel, values, 500);
}

function runFor(kernel: Kernel, values: readonly number[], windowMs: number): number[] {
  const times: number[] = [];
  const end = performance.now() + windowMs;
  for (let now = performance.now(); now < end;) {
    kernel(...values);
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  return times;
}
