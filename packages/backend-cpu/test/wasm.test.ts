import { describe, expect, it } from "vitest";
import { ByteWriter } from "../src/wasm/byte-writer.ts";
import { ModuleBuilder, wasmFeatures } from "../src/wasm/index.ts";
import { withMemory } from "./wasm-kit.ts";

describe("byte writer", () => {
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("writes %i as unsigned LEB128", (value, bytes) => {
    expect([...new ByteWriter().unsigned(value).toBytes()]).toEqual(bytes);
  });

  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 7]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("writes %i as signed LEB128", (value, bytes) => {
    expect([...new ByteWriter().signed(value).toBytes()]).toEqual(bytes);
    expect([...new ByteWriter().signed64(BigInt(value)).toBytes()]).toEqual(bytes);
  });

  it("grows", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i);
    expect(new ByteWriter().byte(9).bytes(bytes).toBytes()).toEqual(Uint8Array.of(9, ...bytes));
  });
});

describe("features", () => {
  it("tells what the engine can do, and the answer agrees with what it accepts", () => {
    const features = wasmFeatures();
    expect(features.simd).toBe(true);
    const major = Number(process.versions.node.split(".")[0]);
    if (process.execArgv.length === 0) expect(features.relaxedSimd).toBe(major >= 22);
    expect(features.sharedMemory).toBe(true);
    const shared = new ModuleBuilder().importMemory({ shared: true });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(shared.toBytes()), { env: { memory } })).not.toThrow();
    const unshared = new WebAssembly.Module(withMemory().toBytes());
    expect(() => new WebAssembly.Instance(unshared, { env: { memory } })).toThrow(WebAssembly.LinkError);
  });
});
