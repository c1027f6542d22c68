import { ModuleBuilder, f32, f32x4, i32, i32x4, wasmFeatures } from "@minima/backend-cpu/wasm";
import type { BenchCase } from "../case.ts";
import { median } from "../time.ts";
import { compileKernel, timeKernel } from "./kernel.ts";

/** As many as registers hold, in vectors of 128 bits, or joined in pairs. */
const chainsOf = { 128: 12, 256: 20 } as const;
const unroll = 2;
const rounds = 200_000;
/** A multiplication and an addition in each of four lanes. */
const operationsPerStep = 8;
const parameters = { rounds: "i32", factor: "f32" } as const;

/**
 * What one core can do without touching memory: independent chains of multiply-adds in registers, as a multiplication
 * and an addition, and as `relaxed_madd` where the engine has it; in vectors of 256 bits if it joins them. Clocks change from minute to minute, so the clock is
 * measured beside it.
 */
export const registerPeakCase: BenchCase = {
  name: "peak_fma",
  measure({ vectorBits }) {
    const clock = clockGhz();
    const mulAdd = peak(false, vectorBits);
    const relaxed = wasmFeatures().relaxedSimd ? peak(true, vectorBits) : undefined;
    const { gflops, times } = relaxed !== undefined && relaxed.gflops > mulAdd.gflops ? relaxed : mulAdd;
    return Promise.resolve({
      median_ms: median(times),
      min_ms: Math.min(...times),
      gflops,
      samples: times.length,
      mul_add_gflops: mulAdd.gflops,
      relaxed_madd_gflops: relaxed?.gflops,
      clock_ghz: clock,
      flops_per_cycle: gflops / clock,
    });
  },
};

function peak(relaxed: boolean, vectorBits: 128 | 256): { readonly gflops: number; readonly times: readonly number[] } {
  const chains = chainsOf[vectorBits];
  const module = new ModuleBuilder();
  module.function({ name: "kernel", parameters, result: "f32", exported: true }, (f, p) => {
    const factor = f.let(f32x4.splat(p.factor));
    const addend = f.let(f32x4.const(0.5));
    const sums = Array.from({ length: chains }, (_, i) => f.let(f32x4.const(i)));
    f.loop((again) => {
      for (let u = 0; u < unroll; u++) {
        for (const sum of sums) {
          f.set(sum, relaxed ? f32x4.relaxed_madd(factor, addend, sum) : f32x4.add(sum, f32x4.mul(factor, addend)));
        }
      }
      f.increment(p.rounds, -1).branchIf(again, p.rounds);
    });
    // V8 joins the operands of integer additions; the result is of no use anyway.
    for (let i = 0; i < chains; i += 2) f.set(sums[i], i32x4.add(sums[i], sums[i + 1]));
    for (let i = 2; i < chains; i += 2) f.set(sums[0], f32x4.add(sums[0], sums[i]));
    return f32x4.extract_lane(sums[0], 0);
  });
  const times = timeKernel(compileKernel(module), rounds, 1);
  return { gflops: (rounds * unroll * chains * operationsPerStep) / Math.min(...times) / 1e6, times };
}

/** The clock by a chain of integer additions and exclusive ors that wait for each other: one cycle each. */
function clockGhz(): number {
  const links = 32;
  const module = new ModuleBuilder();
  module.function({ name: "kernel", parameters, result: "f32", exported: true }, (f, p) => {
    const value = f.let(p.rounds);
    const other = f.let(i32.reinterpret_f32(p.factor));
    f.loop((again) => {
      for (let i = 0; i < links; i += 2) {
        f.set(value, i32.add(value, other));
        f.set(value, i32.xor(value, p.rounds));
      }
      f.increment(p.rounds, -1).branchIf(again, p.rounds);
    });
    return f32.convert_i32_s(value);
  });
  return (rounds * links) / Math.min(...timeKernel(compileKernel(module), rounds, 1)) / 1e6;
}
