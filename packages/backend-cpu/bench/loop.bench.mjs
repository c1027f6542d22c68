// Times loop kernels on one thread: node bench/loop.bench.mjs
import { build } from "esbuild";

const bundle = await build({
  entryPoints: [new URL("../src/loop/index.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  write: false,
  target: "es2023",
});
const source = Buffer.from(bundle.outputFiles[0].text).toString("base64");
const { loopModule, loopSlots } = await import(`data:text/javascript;base64,${source}`);

const memory = new WebAssembly.Memory({ initial: 2048 });
const pageBytes = 65536;

/** Compiles a step over slots of the given numbers of floats, and gives a function that runs it once. */
function prepare(step, sizes) {
  const module = new WebAssembly.Module(loopModule(step, { relaxed: false, shared: false }));
  const { loop } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  let end = pageBytes;
  const pointers = loopSlots(step).map((slot) => {
    const pointer = end;
    const floats = new Float32Array(memory.buffer, pointer, sizes[slot]);
    for (let i = 0; i < floats.length; i++) floats[i] = Math.random() * 2 - 0.5;
    end += Math.ceil((sizes[slot] * 4) / 4096 + 1) * 4096;
    return pointer;
  });
  return () => loop(0, step.outer[0] ?? 1, ...pointers, 0);
}

/** Milliseconds of a call: the best of several batches, and their median. */
function time(run) {
  for (let i = 0; i < 30; i++) run();
  const batches = [];
  let calls = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    if (performance.now() - start > 10) break;
    calls *= 2;
  }
  for (let batch = 0; batch < 21; batch++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    batches.push((performance.now() - start) / calls);
  }
  batches.sort((a, b) => a - b);
  return { best: batches[0], median: batches[10] };
}

const f = "float32";
const load = (slot, strides) => ({ op: "load", slot, offset: 0, strides, dtype: f });
const store = (slot, strides, value) => ({ slot, offset: 0, strides, dtype: f, value });
const constant = (value) => ({ op: "constant", value, dtype: f });
const unary = (op, a) => ({ op, dtype: f, a });
const binary = (op, a, b) => ({ op, dtype: f, a, b });
const reduced = (id) => ({ op: "reduced", id, dtype: f });
const fold = (id, kind, value) => ({ id, kind, value, dtype: f });
const step = (outer, inner, instructions, phases, foldsRows = false) => {
  return { kind: "loop", outer, inner, foldsRows, instructions, phases };
};
const each = (...stores) => ({ inner: false, reductions: [], stores });

function elementwise(n, instructions, ...stores) {
  return step([n], [], instructions, [each(...stores)]);
}

function sum(rows, columns, axis) {
  const [outer, inner] = axis === 0 ? [[columns], [rows]] : [[rows], [columns]];
  const strides = axis === 0 ? [1, columns] : [columns, 1];
  const phases = [{ inner: true, reductions: [fold(0, "sum", 0)], stores: [] }, each(store(1, [1, 0], 1))];
  return step(outer, inner, [load(0, strides), reduced(0)], phases, axis === 1);
}

function softmax(rows, columns) {
  const instructions = [
    load(0, [columns, 1]),
    reduced(0),
    binary("sub", 0, 1),
    unary("exp", 2),
    reduced(1),
    binary("div", 3, 4),
  ];
  const phases = [
    { inner: true, reductions: [fold(0, "max", 0)], stores: [] },
    { inner: true, reductions: [fold(1, "sum", 3)], stores: [] },
    { inner: true, reductions: [], stores: [store(1, [columns, 1], 5)] },
  ];
  return step([rows], [columns], instructions, phases, true);
}

/** p, gradient, m and v in slots 0 to 3. */
function adam(n) {
  const instructions = [
    load(0, [1]),
    load(1, [1]),
    load(2, [1]),
    load(3, [1]),
    constant(0.9),
    constant(0.1),
    constant(0.999),
    constant(0.001),
    constant(1e-8),
    constant(1e-3),
    binary("mul", 2, 4),
    binary("mul", 1, 5),
    binary("add", 10, 11),
    binary("mul", 3, 6),
    binary("mul", 1, 1),
    binary("mul", 14, 7),
    binary("add", 13, 15),
    unary("sqrt", 16),
    binary("add", 17, 8),
    binary("div", 12, 18),
    binary("mul", 19, 9),
    binary("sub", 0, 20),
  ];
  return elementwise(n, instructions, store(4, [1], 21), store(5, [1], 12), store(6, [1], 16));
}

const million = 1_000_000;
const reluChain = elementwise(
  million,
  [
    load(0, [1]),
    load(1, [1]),
    load(2, [1]),
    binary("mul", 0, 1),
    binary("add", 3, 2),
    constant(0),
    binary("max", 4, 5),
  ],
  store(3, [1], 6),
);

const report = (name, value, unit) => console.log(`${name.padEnd(34)} ${value} ${unit}`);
const show = (name, kernel, sizes, scale = 1, unit = "ms") => {
  if (!name.includes(process.argv[2] ?? "")) return;
  const { best, median } = time(prepare(kernel, sizes));
  report(name, `${(best * scale).toFixed(3)} best, ${(median * scale).toFixed(3)} median`, unit);
};

console.log(`node ${process.version}`);
show("relu(a * b + c), 1e6", reluChain, [million, million, million, million]);
for (const op of ["exp", "log", "tanh", "erf", "sin", "atan"]) {
  const n = 10_000;
  show(`${op}, 1e4`, elementwise(n, [load(0, [1]), unary(op, 0)], store(1, [1], 1)), [n, n], 1e6 / n, "ns an element");
}
{
  const n = 10_000;
  const power = elementwise(n, [load(0, [1]), load(1, [1]), binary("pow", 0, 1)], store(2, [1], 2));
  show("pow, 1e4", power, [n, n, n], 1e6 / n, "ns an element");
  const square = elementwise(n, [load(0, [1]), constant(2), binary("pow", 0, 1)], store(1, [1], 2));
  show("pow 2, 1e4", square, [n, n], 1e6 / n, "ns an element");
}
show("sum over axis 0, 1024 x 1024", sum(1024, 1024, 0), [2 ** 20, 1024], 1000, "µs");
show("sum over axis 1, 1024 x 1024", sum(1024, 1024, 1), [2 ** 20, 1024], 1000, "µs");
show("sum over axis 0, 60000 x 10", sum(60000, 10, 0), [600000, 10], 1000, "µs");
show("sum over axis 1, 60000 x 10", sum(60000, 10, 1), [600000, 60000], 1000, "µs");
show("softmax, 1024 x 1000", softmax(1024, 1000), [1024000, 1024000]);
show("softmax, 1024 x 10", softmax(1024, 10), [10240, 10240], 1000, "µs");
{
  const n = 1024;
  const transpose = step([n, n], [], [load(0, [1, n])], [each(store(1, [n, 1], 0))]);
  show("transpose, 1024 x 1024", transpose, [n * n, n * n]);
  const bias = step([n, n], [], [load(0, [n, 1]), load(1, [0, 1]), binary("add", 0, 1)], [each(store(2, [n, 1], 2))]);
  show("add a row, 1024 x 1024", bias, [n * n, n, n * n]);
}
{
  // Zeros around images: guarded loads.
  const [images, size] = [64 * 8, 32];
  const bounds = [1, 2].map((axis) => ({
    offset: -1,
    strides: [0, 1, 2].map((a) => Number(a === axis)),
    extent: size,
  }));
  const inside = { op: "inside", dtype: "bool", bounds };
  const guarded = { ...load(0, [size * size, size, 1]), offset: -size - 1, guard: 0 };
  const outer = [images, size + 2, size + 2];
  const pad = step(outer, [], [inside, guarded], [each(store(1, [(size + 2) ** 2, size + 2, 1], 1))]);
  show("pad, 512 x 32 x 32 by 1", pad, [images * size * size, images * (size + 2) ** 2]);
}
show("Adam, 4e5", adam(400_000), Array(7).fill(400_000));

for (const [name, kernel] of [
  ["relu(a * b + c)", reluChain],
  ["softmax", softmax(1024, 1000)],
  ["Adam", adam(400_000)],
]) {
  const parts = { generate: [], compile: [], instantiate: [], "first call": [] };
  for (let i = 0; i < 60; i++) {
    // The engine remembers modules by their bytes: no two may be equal.
    const [first, ...others] = kernel.instructions;
    const other = { ...kernel, instructions: [{ ...first, offset: i }, ...others] };
    const t0 = performance.now();
    const bytes = loopModule(other, { relaxed: false, shared: false });
    const t1 = performance.now();
    const module = new WebAssembly.Module(bytes);
    const t2 = performance.now();
    const { loop } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const t3 = performance.now();
    loop(0, 0, ...loopSlots(kernel).map(() => pageBytes), 0);
    const t4 = performance.now();
    parts.generate.push(t1 - t0);
    parts.compile.push(t2 - t1);
    parts.instantiate.push(t3 - t2);
    parts["first call"].push(t4 - t3);
  }
  const median = (list) => list.slice(20).sort((a, b) => a - b)[20];
  const text = Object.entries(parts).map(([part, list]) => `${part} ${median(list).toFixed(3)}`);
  const { length } = loopModule(kernel, { relaxed: false, shared: false });
  report(`new kernel ${name}`, `${text.join(", ")}`, `ms, ${length} bytes`);
}
