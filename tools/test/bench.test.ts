import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cpu } from "@minima/backend-cpu";
import { mul, reference, run as evaluate, setBackend, sum, tensor } from "@minima/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bench } from "../src/bench/bench.ts";
import type { BenchCase, Figures } from "../src/bench/case.ts";
import { cases } from "../src/bench/cases/cases.ts";
import { cnnTraining } from "../src/bench/cases/cnn.ts";
import { lstmTraining } from "../src/bench/cases/lstm.ts";
import { mlpTraining } from "../src/bench/cases/mlp.ts";
import { eagerSmallMlp, replaySmallMlp } from "../src/bench/cases/small-mlp.ts";
import { timedCase } from "../src/bench/cases/timed-case.ts";
import { transformerTraining } from "../src/bench/cases/transformer.ts";
import { fill, labels } from "../src/bench/fill.ts";
import { registerPeakCase } from "../src/bench/peaks/register-peak.ts";
import { about } from "../src/bench/record.ts";
import { table } from "../src/bench/table.ts";
import { median, time } from "../src/bench/time.ts";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";

const setting = { backend: "cpu", threads: 1, vectorBits: 128 } as const;

function fake(name: string, measure: () => Figures): BenchCase {
  return { name, measure: () => Promise.resolve().then(measure) };
}

const fakes: readonly BenchCase[] = [
  fake("peak_fma", () => ({ median_ms: 2, min_ms: 1, samples: 7, gflops: 50 })),
  fake("product", () => ({ median_ms: 1234.5678, min_ms: 0.123456789, samples: 10, gflops: 25, check: undefined })),
  fake("broken", () => {
    throw new Error("no such kernel\nand a second line");
  }),
];

/** Runs the command on made-up cases and gives what it printed. */
async function run(args: readonly string[], isTerminal = false) {
  const lines: string[] = [];
  const errors: string[] = [];
  const output = { line: (text: string) => lines.push(text), error: (text: string) => errors.push(text), isTerminal };
  return { code: await bench(args, output, fakes), lines, errors };
}

describe("the command", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("prints a JSON object for each case that fits", async () => {
    const { code, lines } = await run(["--filter", "^pro", "--threads", "1"]);
    expect(code).toBe(0);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        ...{ case: "product", median_ms: 1234.6, min_ms: 0.12346, samples: 10, gflops: 25 },
        ...{ threads: 1, simd: expect.any(String) as string, backend: "cpu", node: process.version },
      },
    ]);
  });

  it("goes on after a case that fails, and says so with its exit code", async () => {
    const { code, lines } = await run([]);
    expect(code).toBe(1);
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[2])).toMatchObject({ case: "broken", error: "no such kernel" });
  });

  it("ends with a table on a terminal", async () => {
    const { lines } = await run([], true);
    expect(lines.slice(3)).toEqual([
      "",
      "case      median ms  least ms  GFLOP/s  of peak",
      "peak_fma       2.00      1.00     50.0    100 %  7 runs",
      "product        1235     0.123     25.0     50 %  10 runs",
      "broken                                           no such kernel",
    ]);
  });

  it("writes the lines to a file", async () => {
    const file = path.join(folder, "result.json");
    writeFileSync(file, "old");
    const { lines } = await run(["--json", file]);
    expect(readFileSync(file, "utf8")).toBe(lines.map((line) => `${line}\n`).join(""));
    expect(readdirSync(folder)).toEqual(["result.json"]);
  });

  it("compares files of lines, ours and the peers'", async () => {
    const [ours, peer] = ["ours.jsonl", "peer.jsonl"].map((name) => path.join(folder, name));
    const line = { threads: 2, simd: "relaxed", node: "v24.0.0" };
    const records = [
      { case: "product", median_ms: 1.23456, min_ms: 1.1, ...line },
      { case: "epoch", median_ms: 8, samples_per_s: 1234.5, ...line },
      { case: "broken", error: "no such kernel", ...line },
    ];
    writeFileSync(ours, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    writeFileSync(peer, `loading\n${JSON.stringify({ peer: "numpy", case: "product", median_ms: 250 })}\n`);
    const { code, lines } = await run(["--compare", `${ours},${peer}`]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      "| case | Minima, 2 threads, relaxed, v24.0.0 | numpy, 1 thread |",
      "| --- | --: | --: |",
      "| product | 1.23 (1.10) | 250 |",
      "| epoch | 1235 samples/s | – |",
      "| broken | – | – |",
    ]);
  });

  it.each([
    [["--compare", path.join("no", "such.jsonl")], /--compare .*such\.jsonl/],
    [["--backend", "gpu"], /--backend: "gpu" is not one of cpu, webgpu/],
    [["--threads", "0"], /--threads: "0" is not a number of at least 1/],
    [["--filter", "("], /--filter: .*regular expression/i],
    [["--filter", "nothing"], /--filter fits no case; there are peak_fma, product, broken/],
    [["--json", path.join("no", "such", "folder", "x.json")], /cannot write .*x\.json/],
    [["--backend", "webgpu", "--profile"], /--profile goes with --backend cpu/],
    [["--backend", "webgpu", "--threads", "2"], /--threads goes with --backend cpu/],
    [["--fast"], /--fast.*--help/],
  ])("refuses %s", async (args, message) => {
    const { code, lines, errors } = await run(args);
    expect([code, lines]).toEqual([2, []]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
  });
});

describe("timing", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[5], 5],
  ])("takes %s to have the median %d", (values, want) => {
    expect(median(values)).toBe(want);
  });

  it("warms up, and times at least as many runs as are asked for", async () => {
    let calls = 0;
    const { samples } = await time(() => void calls++, { runs: 5, wantMs: 0, warmMs: 0 });
    expect([samples, calls]).toEqual([5, 8]);
  });

  it("stops early when the time is spent, but not before two runs", async () => {
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    expect((await time(wait, { hardMs: 0, warmMs: 0 })).samples).toBe(2);
  });

  it("takes a wrong result for a failure", async () => {
    const work = { run: () => Promise.resolve(), check: () => Promise.resolve(1.002) };
    const quick = timedCase("case", { expected: 1 }, () => work);
    await expect(quick.measure(setting)).rejects.toThrow("the result is wrong: got 1.0020, the peers get 1");
  });

  it("counts what a run has a GPU do, and waits for it", async () => {
    const device = await webgpuDevice();
    setBackend(device);
    const [x, y] = [tensor(new Float32Array(2000).fill(0.5)), tensor(new Float32Array(2000).fill(2))];
    let product = x;
    const work = {
      async run() {
        product = mul(x, y);
        await evaluate(product);
        await evaluate(mul(y, y), sum(x));
      },
      check: async () => (await product.data())[1999],
    };
    const figures = await timedCase("case", { expected: 1 }, () => work).measure(setting);
    expect(figures).toMatchObject({ check: 1, submits: 2, dispatches: 3, bytes: 4 * (3 * 2000 + 2 * 2000 + 2000 + 1) });
    const lines = table([{ case: "case", ...figures, ...about(setting) }]);
    expect(lines[1]).toMatch(/ {2}3 dispatches, 2 submits, 0\.0480 MB bound$/);
    expect(device.stats().running).toBe(0);
    await device.idle();
    device.dispose();
  });

  it("measures the register peak with the clock", async () => {
    const { gflops = 0, clock_ghz = 0, flops_per_cycle = 0 } = await registerPeakCase.measure(setting);
    expect(gflops).toBeGreaterThan(0.1);
    expect(clock_ghz).toBeGreaterThan(0.1);
    expect(clock_ghz).toBeLessThan(10);
    expect(flops_per_cycle).toBeGreaterThan(0.5);
    expect(flops_per_cycle).toBeLessThan(40);
  });
});

describe("the cases", () => {
  it("are those of the peers", () => {
    expect(cases.map(({ name }) => name)).toEqual([
      ...["peak_fma", "peak_bandwidth"],
      ...["matmul_128", "matmul_256", "matmul_512", "matmul_1024", "matmul_2048", "matmul_tn_512", "matmul_nt_512"],
      ...["ew_relu_mul_add_1e6", "softmax_1024x1000", "sum_axis0_1024", "sum_axis1_1024"],
      ...["conv5x5_28_1_32_b64", "conv3x3_14_32_64_b64", "maxpool2_28x28x32_b64"],
      ...["train_mlp_b128", "train_cnn_b64", "train_lstm_b32", "train_transformer_b16", "epoch_mlp"],
      ...[
        "replay_mlp_small",
        "eager_mlp_small",
        "one_cycle_mlp",
        "eager_lstm_t200",
        "startup",
        "warmup_gpt12",
        "warmup_resnet18",
      ],
    ]);
  });

  it("have the peers' inputs", () => {
    expect([...fill(3, 0.5, 9)]).toEqual([-0.06745485961437225, -0.06258142739534378, -0.11940544098615646]);
    expect([...labels(3, 10)].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([0, 17, 24]);
  });

  it.each([
    ["mlp", mlpTraining, 2.2933],
    ["cnn", cnnTraining, 2.3092],
    ["lstm", lstmTraining, 2.3096],
    ["transformer", transformerTraining, 2.3049],
  ])("train the %s from the loss that the peers have", async (_, make, loss) => {
    setBackend(cpu());
    const work = make();
    await work.run();
    expect(await work.check()).toBeCloseTo(loss, 3);
    for (let i = 0; i < 3; i++) await work.run(); // recorded, compared, replayed
  });

  it.each([
    ["cpu", cpu],
    ["the reference evaluator", () => reference()],
  ])("train the small MLP from one loss, compiled and eager, on %s", async (_, device) => {
    setBackend(device());
    for (const make of [replaySmallMlp, eagerSmallMlp]) {
      const work = make();
      await work.run();
      expect(await work.check()).toBeCloseTo(2.277, 4);
    }
  });
});

const built = fileURLToPath(new URL("../dist/bench/main.js", import.meta.url));

describe.skipIf(!existsSync(built))("the built command", () => {
  it("makes first steps in processes of their own", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [built, "--filter", "^startup$"]);
    const { median_ms, step_done_ms = 0, peak_rss_mb = 0 } = JSON.parse(stdout) as Figures;
    expect(step_done_ms).toBeGreaterThan(0);
    expect(step_done_ms).toBeLessThan(median_ms * 1.5);
    expect(peak_rss_mb).toBeGreaterThan(10);
    expect(peak_rss_mb).toBeLessThan(300);
  });
});
