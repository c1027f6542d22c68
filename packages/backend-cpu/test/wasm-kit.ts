import { ModuleBuilder, v128, type Expression } from "../src/wasm/index.ts";

export type Exported = (...values: (number | bigint)[]) => number | bigint | undefined;

/** Compiles a module; exported functions by name, with a memory of one page as `memory`. */
export function instantiate(module: ModuleBuilder, imports: Record<string, Exported> = {}) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory, ...imports } });
  return { memory, exports: instance.exports as Record<string, Exported> };
}

export const withMemory = () => new ModuleBuilder().importMemory({ shared: false });

/** Evaluates a vector expression of the vectors at addresses 0 and 16; the 16 bytes of the result. */
export function evaluate(
  build: (x: Expression<"v128">, y: Expression<"v128">) => Expression<"v128">,
  x: ArrayBufferView,
  y: ArrayBufferView = new Uint8Array(16),
): ArrayBuffer {
  const module = withMemory();
  module.function({ name: "run", parameters: {}, exported: true }, (f) => {
    f.store("v128.store", 64, build(v128.load(0), v128.load(0, 16)));
  });
  const { memory, exports } = instantiate(module);
  new Uint8Array(memory.buffer).set(new Uint8Array(x.buffer, x.byteOffset, 16), 0);
  new Uint8Array(memory.buffer).set(new Uint8Array(y.buffer, y.byteOffset, 16), 16);
  exports.run();
  return memory.buffer.slice(64, 80) as ArrayBuffer;
}
