/**
 * Speed of the matrix product on one core: `node bench/gemm.mjs` after `npm run build`.
 *
 * Prints GFLOP/s (2·M·N·K operations; the best of many calls) and the share of the register peak, which is measured in the
 * same run by a loop of multiplications and additions that touches no memory: clocks change from minute to minute.
 */
import process from "node:process";

/** @typedef {import("../src/gemm/index.ts").Gemm} Gemm */
const built = new URL("../dist/", import.meta.url);
/** @type {typeof import("../src/gemm/index.ts")} */
const { gemmModule, gemmWorkspaceBytes } = await import(new URL("gemm/index.js", built).href);
/** @type {typeof import("../src/wasm/index.ts")} */
const { ModuleBuilder, f32x4, wasmFeatures } = await import(new URL("wasm/index.js", built).href);

/** Name, M, K, N, and which operand is stored transposed. */
const cases = /** @type {const} */ ([
  ["128", 128, 128, 128, "nn"],
  ["256", 256, 256, 256, "nn"],
  ["512", 512, 512, 512, "nn"],
  ["1024", 1024, 1024, 1024, "nn"],
  ["tn_512", 512, 512, 512, "tn"],
  ["nt_512", 512, 512, 512, "nt"],
  ["tn_1024", 1024, 1024, 1024, "tn"],
  ["nt_1024", 1024, 1024, 1024, "nt"],
  ["128x784x512", 128, 784, 512, "nn"],
  ["128x512x256", 128, 512, 256, "nn"],
  ["100x784x10", 100, 784, 10, "nn"],
  ["32", 32, 32, 32, "nn"],
  ["4x1024x1024", 4, 1024, 1024, "nn"],
  ["1x1024x1024", 1, 1024, 1024, "nn"],
  ["nt_1x1024x1024", 1, 1024, 1024, "nt"],
  ["1024x1024x1", 1024, 1024, 1, "nn"],
  ["1024x1x1024", 1024, 1, 1024, "nn"],
]);

/**
 * Seconds of the fastest call within half a second; short calls are timed in groups.
 *
 * @param {() => void} call
 * @param {number} operations
 */
function bestSeconds(call, operations) {
  const group = Math.max(1, Math.round(2e6 / operations));
  const end = performance.now() + 500;
  let best = Infinity;
  while (performance.now() < end) {
    const start = performance.now();
    for (let i = 0; i < group; i++) call();
    best = Math.min(best, (performance.now() - start) / group);
  }
  return best / 1000;
}

/**
 * GFLOP/s of twelve independent chains of multiply-adds in registers.
 *
 * @param {boolean} relaxed
 */
function registerPeak(relaxed) {
  const [chains, unroll, rounds] = [12, 2, 2e5];
  const module = new ModuleBuilder();
  module.function(
    { name: "peak", parameters: { rounds: "i32", factor: "f32" }, result: "f32", exported: true },
    (f, p) => {
      const factor = f.let(f32x4.splat(p.factor));
      const addend = f.let(f32x4.const(0.5));
      const sums = Array.from({ length: chains }, (_, i) => f.let(f32x4.const(i)));
      f.loop((again) => {
        for (let u = 0; u < unroll; u++) {
          for (const sum of sums) {
            const fused = f32x4.relaxed_madd(factor, addend, sum);
            f.set(sum, relaxed ? fused : f32x4.add(sum, f32x4.mul(factor, addend)));
          }
        }
        f.increment(p.rounds, -1).branchIf(again, p.rounds);
      });
      for (const sum of sums.slice(1)) f.set(sums[0], f32x4.add(sums[0], sum));
      return f32x4.extract_lane(sums[0], 0);
    },
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  const peak = /** @type {(rounds: number, factor: number) => number} */ (instance.exports.peak);
  const operations = rounds * unroll * chains * 8;
  return operations / bestSeconds(() => void peak(rounds, 1), operations) / 1e9;
}

/** @param {boolean} relaxed */
function measure(relaxed) {
  const memory = new WebAssembly.Memory({ initial: 512 });
  const module = new WebAssembly.Module(gemmModule({ relaxed, shared: false }));
  const gemm = /** @type {Gemm} */ (new WebAssembly.Instance(module, { env: { memory } }).exports.gemm);
  new Float32Array(memory.buffer).forEach((_, i, all) => (all[i] = ((i % 13) - 6) / 8));
  const peak = registerPeak(relaxed);
  console.log(
    `\n${process.version}, ${relaxed ? "relaxed_madd" : "mul + add"}: register peak ${peak.toFixed(1)} GFLOP/s`,
  );
  for (const [name, m, k, n, layout] of cases) {
    const a = 64;
    const b = a + 4 * m * k + 64;
    const c = b + 4 * k * n + 64;
    const workspace = c + 4 * m * n + 64;
    if (workspace + gemmWorkspaceBytes(n, k) > memory.buffer.byteLength) throw new Error(`${name} does not fit`);
    const [aRow, aColumn] = layout[0] === "t" ? [4, 4 * m] : [4 * k, 4];
    const [bRow, bColumn] = layout[1] === "t" ? [4, 4 * k] : [4 * n, 4];
    const call = () => gemm(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, 4 * n, 0, workspace);
    const operations = 2 * m * n * k;
    const speed = operations / bestSeconds(call, operations) / 1e9;
    console.log(
      `${name.padEnd(16)}${speed.toFixed(1).padStart(6)} GFLOP/s ${((100 * speed) / peak).toFixed(0).padStart(4)} %`,
    );
  }
}

measure(false);
if (wasmFeatures().relaxedSimd) measure(true);
