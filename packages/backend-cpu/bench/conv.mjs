/**
 * Speed of convolutions and pooling on one core: `node bench/conv.mjs [name…]` after `npm run build`; names are regular
 * expressions.
 *
 * For convolutions it prints GFLOP/s, counting two operations for each product of the forward sum, and the share of the rate
 * of a 512 x 512 matrix product in the same run; for the anchors that move data, milliseconds, gigabytes per second of
 * what they must read and write, and the share of the speed of a copy. The best of many calls.
 */
import process from "node:process";

const built = new URL("../dist/", import.meta.url);
/** @type {typeof import("../src/index.ts")} */
const { cpu } = await import(new URL("index.js", built).href);
/** @type {typeof import("../src/wasm/index.ts")} */
const { wasmFeatures } = await import(new URL("wasm/index.js", built).href);

/** @typedef {import("@minima/tensor").Step} Step */
/** @typedef {import("@minima/tensor").DType} DType */
/** @typedef {{ shape: number[], dtype: DType, value?: (i: number) => number }} Operand */

const backend = cpu();
const elementBytes = { float32: 4, int32: 4, uint32: 4, uint8: 1, bool: 1 };

/** @param {readonly number[]} shape */
const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);
/** @param {{ shape: readonly number[], dtype: DType }} operand */
const bytesOf = ({ shape, dtype }) => sizeOf(shape) * elementBytes[dtype];

/**
 * Compiles the step for operands in slots 0, 1, …; gives a function that runs it once.
 *
 * @param {readonly Operand[]} operands
 * @param {(slots: { slot: number, shape: number[], dtype: DType }[]) => Step | Step[]} makeStep
 */
function prepare(operands, makeStep) {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  const buffers = operands.map((operand) => {
    const { shape, dtype, value = random } = operand;
    const buffer = backend.allocate(bytesOf(operand));
    const array = dtype === "float32" ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    backend.write(
      buffer,
      array.map((_, i) => value(i)),
    );
    return buffer;
  });
  const program = backend.compile(
    [makeStep(operands.map(({ shape, dtype }, slot) => ({ slot, shape, dtype })))].flat(),
  );
  if (program instanceof Promise) throw new Error("the CPU compiles at once");
  const bindings = { buffers, scalars: new Uint32Array(4) };
  return {
    run: () => backend.submit(program, bindings),
    free: () => buffers.forEach((buffer) => backend.free(buffer)),
  };
}

/**
 * Milliseconds of the fastest call within a second.
 *
 * @param {() => void} call
 */
function bestMs(call) {
  const warm = performance.now() + 200;
  while (performance.now() < warm) call();
  let best = Infinity;
  const end = performance.now() + 1000;
  while (performance.now() < end) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/**
 * @param {readonly Operand[]} operands
 * @param {(slots: { slot: number, shape: number[], dtype: DType }[]) => Step | Step[]} makeStep
 */
function measure(operands, makeStep) {
  const { run, free } = prepare(operands, makeStep);
  const ms = bestMs(run);
  free();
  return ms;
}

/** @param {number[]} shape @returns {Operand} */
const floats = (shape) => ({ shape, dtype: "float32" });
/** @param {number[]} shape @param {number} [below] @returns {Operand} */
const indices = (shape, below = 1) => ({ shape, dtype: "int32", value: (i) => (i * 7919) % below });

const selected = process.argv.slice(2).map((text) => new RegExp(text));
/** @param {string} name */
const isSelected = (name) => selected.length === 0 || selected.some((pattern) => pattern.test(name));

const matmulMs = measure([floats([512, 512]), floats([512, 512]), floats([512, 512])], (slots) => {
  const [a, b, c] = slots.map(({ slot }) => ({
    slot,
    dtype: "float32",
    offset: 0,
    batchStrides: [],
    rowStride: 512,
    columnStride: 1,
  }));
  return { kind: "matmul", batch: [], m: 512, n: 512, k: 512, a, b, c };
});
const matmulRate = (2 * 512 ** 3) / matmulMs / 1e6;
const relaxed = wasmFeatures().relaxedSimd ? "relaxed_madd" : "mul + add";
console.log(`${process.version}, ${relaxed}: matmul_512 ${matmulRate.toFixed(1)} GFLOP/s`);

/**
 * @typedef {{ padding?: number, stride?: number, groups?: number }} ConvOptions
 * @type {[name: string, x: number[], filter: number[], options?: ConvOptions][]}
 */
const convolutions = [
  ["conv5x5_28_1_32_b64", [64, 1, 28, 28], [32, 1, 5, 5], { padding: 2 }],
  ["conv3x3_14_32_64_b64", [64, 32, 14, 14], [64, 32, 3, 3], { padding: 1 }],
  ["cnn_conv2_5x5", [64, 32, 14, 14], [64, 32, 5, 5], { padding: 2 }],
  ["pointwise_28_64_128_b16", [16, 64, 28, 28], [128, 64, 1, 1]],
  ["stride2_28_64_128_b16", [16, 64, 28, 28], [128, 64, 3, 3], { padding: 1, stride: 2 }],
  ["resnet_56_64_64_b4", [4, 64, 56, 56], [64, 64, 3, 3], { padding: 1 }],
  ["resnet_7_512_512_b8", [8, 512, 7, 7], [512, 512, 3, 3], { padding: 1 }],
  ["resnet_stem_224_3_64", [1, 3, 224, 224], [64, 3, 7, 7], { padding: 3, stride: 2 }],
  ["lenet_conv2_14_6_16_b64", [64, 6, 14, 14], [16, 6, 5, 5]],
  ["lenet_conv3_5_16_120_b64", [64, 16, 5, 5], [120, 16, 5, 5]],
  ["groups4_28_64_b16", [16, 64, 28, 28], [64, 16, 3, 3], { padding: 1, groups: 4 }],
  ["groups16_28_64_b16", [16, 64, 28, 28], [64, 4, 3, 3], { padding: 1, groups: 16 }],
  ["depthwise_28_64_b16", [16, 64, 28, 28], [64, 1, 3, 3], { padding: 1, groups: 64 }],
  ["depthwise_7_256_b16", [16, 256, 7, 7], [256, 1, 3, 3], { padding: 1, groups: 256 }],
  ["depthwise_stride2_28_64_b16", [16, 64, 28, 28], [64, 1, 3, 3], { padding: 1, stride: 2, groups: 64 }],
  ["one_output_56_64_b4", [4, 64, 56, 56], [1, 64, 3, 3], { padding: 1 }],
];
for (const [name, x, filter, { padding = 0, stride = 1, groups = 1 } = {}] of convolutions) {
  if (!isSelected(name)) continue;
  const spatial = [2, 3].map((axis) => Math.floor((x[axis] + 2 * padding - filter[axis]) / stride) + 1);
  const shapes = { x, filter, y: [x[0], filter[0], ...spatial] };
  const pair = (/** @type {number} */ value) => [value, value];
  const windows = {
    stride: pair(stride),
    dilation: pair(1),
    padBefore: pair(padding),
    padAfter: pair(padding),
    groups,
  };
  const cells = /** @type {const} */ ([
    ["forward", "x", "filter", "y"],
    ["inputGradient", "y", "filter", "x"],
    ["filterGradient", "x", "y", "filter"],
  ]).map(([mode, ...operands]) => {
    const ms = measure(
      operands.map((operand) => floats(shapes[operand])),
      ([a, b, output]) => ({ kind: "conv", attributes: { mode, ...windows }, a, b, output }),
    );
    const rate = (2 * sizeOf(shapes.y) * sizeOf(filter.slice(1))) / ms / 1e6;
    const share = ((100 * rate) / matmulRate).toFixed(0);
    return `${mode} ${ms.toFixed(2).padStart(6)} ms ${rate.toFixed(1).padStart(5)} GFLOP/s ${share.padStart(3)} %`;
  });
  console.log(`${name.padEnd(28)} ${cells.join(" | ")}`);
}

const bytesCopied = 2 ** 23;
const source = new Uint8Array(bytesCopied).fill(1);
const target = new Uint8Array(bytesCopied);
const copyRate = (2 * bytesCopied) / bestMs(() => target.set(source)) / 1e6;
console.log(`copy of 8 MB ${copyRate.toFixed(1)} GB/s`);

const halving = {
  window: [2, 2],
  stride: [2, 2],
  dilation: [1, 1],
  padBefore: [0, 0],
  padAfter: [0, 0],
  countPadding: true,
};
const overlapping = { ...halving, window: [3, 3], padBefore: [1, 1], padAfter: [1, 1] };
const wide = [64, 32, 28, 28];
const pooled = [64, 32, 14, 14];
const planes = [64, 32, 784];
const windows = [64, 32, 196];
const million = [1_000_000];
/** @type {[name: string, operands: Operand[], (slots: { slot: number, shape: number[], dtype: DType }[]) => Step | Step[]][]} */
const movers = [
  ["poolIndex_2x2", [floats(wide), indices(pooled)], ([input, output]) => ({ kind: "poolIndex", attributes: halving, input, output })],
  ["poolIndex_3x3", [floats(wide), indices(pooled)], ([input, output]) => ({ kind: "poolIndex", attributes: overlapping, input, output })],
  ["maxpool_2x2", [floats(wide), indices(pooled), floats(pooled)], ([input, index, output]) => [
    { kind: "poolIndex", attributes: halving, input, output: index },
    { kind: "gather", axis: 2, input: { ...input, shape: planes }, index: { ...index, shape: windows }, output: { ...output, shape: windows } },
  ]],
  ["maxpool gather", [floats(planes), indices(windows, 784), floats(windows)], ([input, index, output]) => ({ kind: "gather", axis: 2, input, index, output })],
  ["maxpool scatterAdd", [indices(windows, 784), floats(windows), floats(planes)], ([index, source, output]) => ({ kind: "scatterAdd", axis: 2, index, source, output })],
  ["avgPool_2x2", [floats(wide), floats(pooled)], ([input, output]) => ({ kind: "avgPool", attributes: { ...halving, mode: "forward" }, input, output })],
  ["avgPool_2x2 gradient", [floats(pooled), floats(wide)], ([input, output]) => ({ kind: "avgPool", attributes: { ...halving, mode: "inputGradient" }, input, output })],
  ["avgPool_3x3", [floats(wide), floats(pooled)], ([input, output]) => ({ kind: "avgPool", attributes: { ...overlapping, mode: "forward" }, input, output })],
  ["avgPool_3x3 gradient", [floats(pooled), floats(wide)], ([input, output]) => ({ kind: "avgPool", attributes: { ...overlapping, mode: "inputGradient" }, input, output })],
  ["embedding gather", [floats([10000, 256]), { ...indices([4096, 256]), value: (i) => ((i >> 8) * 7919) % 10000 }, floats([4096, 256])], ([input, index, output]) => ({ kind: "gather", axis: 0, input, index, output })],
  ["embedding scatterAdd", [{ ...indices([4096, 256]), value: (i) => ((i >> 8) * 7919) % 10000 }, floats([4096, 256]), floats([10000, 256])], ([index, source, output]) => ({ kind: "scatterAdd", axis: 0, index, source, output })],
  ["argReduce_1024x1000 last", [floats([1024, 1000]), indices([1024])], ([input, output]) => ({ kind: "argReduce", reduce: "max", axis: 1, input, output })],
  ["argReduce_1024x1000 first", [floats([1024, 1000]), indices([1000])], ([input, output]) => ({ kind: "argReduce", reduce: "max", axis: 0, input, output })],
  ["scan_1e6 sum", [floats(million), floats(million)], ([input, output]) => ({ kind: "scan", attributes: { kind: "sum", axis: 0, reverse: false }, input, output })],
  ["scan_1024x1000 sum first", [floats([1024, 1000]), floats([1024, 1000])], ([input, output]) => ({ kind: "scan", attributes: { kind: "sum", axis: 0, reverse: false }, input, output })],
  ["argsort_1e6", [floats(million), indices(million)], ([input, output]) => ({ kind: "argsort", axis: 0, descending: false, input, output })],
  ["argsort_1000x1000", [floats([1000, 1000]), indices([1000, 1000])], ([input, output]) => ({ kind: "argsort", axis: 1, descending: true, input, output })],
  ["argsort_30000x32", [floats([30000, 32]), indices([30000, 32])], ([input, output]) => ({ kind: "argsort", axis: 1, descending: true, input, output })],
]; // prettier-ignore
for (const [name, operands, makeStep] of movers) {
  if (!isSelected(name)) continue;
  const ms = measure(operands, makeStep);
  const bytes = operands.reduce((total, operand) => total + bytesOf(operand), 0);
  const rate = bytes / ms / 1e6;
  console.log(
    `${name.padEnd(28)} ${ms.toFixed(3).padStart(7)} ms ${rate.toFixed(1).padStart(5)} GB/s ` +
      `${((100 * rate) / copyRate).toFixed(0).padStart(3)} %`,
  );
}
