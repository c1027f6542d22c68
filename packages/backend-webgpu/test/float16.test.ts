import "@minima/autograd";
import * as T from "@minima/tensor";
import { type Tensor, setBackend, tensor } from "@minima/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { halfBackend } from "./half-device.ts";
import { booleans, floats, integers } from "./values.ts";

const backend = await halfBackend();
if (backend === null) {
  process.stderr.write(
    "SKIPPED: float16 on WebGPU. No adapter here has shader-f16. Install Mesa's lavapipe (25 or later), or name the manifest " +
      "of a Vulkan driver that has it in VK_DRIVER_FILES.\n",
  );
}
const device = backend as NonNullable<typeof backend>;
const onCpu = (backend === null ? null : await halfBackend({ processor: "cpu" })) as typeof device;

const halves = (shape: readonly number[], seed = 1, map?: (u: number) => number): Tensor =>
  T.cast(floats(shape, seed, map), "float16");

/** Numbers that float16 has at its ends, and some that it rounds. */
const special = (dtype: T.DType = "float16"): Tensor =>
  tensor(
    [
      0, -0, 1, -1, 0.1, 65504, -65504, 65519, 65520, 1e5, -1e9, Infinity, -Infinity, NaN, 2 ** -14, 2 ** -24, 2 ** -25, 3 * 2 ** -25,
      1 + 2 ** -11, 1 + 3 * 2 ** -11, 2049, 2051, 6e-5, -3e-8, 1e-10, 300.3,
    ],
    { dtype },
  ); // prettier-ignore

/** The value of a function of float16 inputs, and the gradients of its inputs. */
function withGradients(f: (...inputs: Tensor[]) => Tensor, ...shapes: (readonly number[])[]): Tensor[] {
  const inputs = shapes.map((shape, i) => new T.Variable(halves(shape, i + 1), { requiresGrad: true }));
  const y = f(...inputs);
  T.sum(T.mul(y, halves(y.shape, 9))).backward();
  return [y, ...inputs.map(({ grad }) => grad as Tensor)];
}

/** Equal to the last bit: rounding leaves nothing open. */
const exact = { absolute: 0, relative: 0 };
/** Sums in another order may round to a neighbour. */
const neighbours = { absolute: 1e-6, relative: 2 ** -10 };

const elementwise: readonly Case[] = [
  ["arithmetic", () => {
    const [a, b] = [halves([5, 7]), halves([5, 7], 2)];
    return [T.add(a, b), T.sub(a, b), T.mul(a, b), T.div(a, b), T.neg(a), T.abs(a), T.maximum(a, b), T.minimum(a, b), T.sqrt(T.abs(a))];
  }],
  ["arithmetic four at a time", () => {
    const [a, b] = [halves([4, 8]), halves([4, 8], 2)];
    return [T.add(a, b), T.sub(a, b), T.mul(a, b), T.div(a, b), T.neg(a), T.abs(a), T.maximum(a, b), T.sqrt(T.abs(a)), T.where(T.less(a, b), a, b)];
  }],
  ["chains, each of whose results is rounded", () => [8, 7].map((n) => {
    const [a, b] = [halves([n]), halves([n], 2)];
    return T.sub(T.mul(T.add(a, b), 3), T.div(T.mul(a, a), T.add(T.abs(b), 0.1)));
  })],
  ["ends of the range", () => {
    const x = special();
    return [T.add(x, x), T.mul(x, x), T.mul(x, 2 ** -10), T.div(1, x), T.sub(x, 65504), T.neg(x), T.maximum(x, 0), T.isNaN(x), T.isFinite(x)];
  }],
  ["numbers of JavaScript beside it", () => {
    const x = halves([9]);
    return [T.mul(x, 1e-8), T.div(x, 70000), T.add(x, 0.1), T.less(x, 0.1), T.equal(x, T.full([9], 0.1)), T.maximum(x, 0.1), T.where(T.less(x, 0), 0.1, x)];
  }],
  ["functions", () => {
    const x = halves([3, 11], 1, (u) => 4 * u);
    return [T.exp(x), T.log(T.abs(x)), T.sin(x), T.cos(x), T.tanh(x), T.erf(x), T.sigmoid(x), T.pow(T.abs(x), 1.7), T.square(x), T.rsqrt(T.abs(x)), T.floor(x), T.remainder(x, 0.7)];
  }],
  ["casts", () => {
    const x = special("float32");
    const y = T.cast(x, "float16");
    return [
      y, T.cast(y, "float32"), T.cast(y, "int32"), T.cast(y, "uint32"), T.cast(y, "uint8"), T.cast(y, "bool"),
      ...(["int32", "uint32", "uint8", "bool"] as const).map((dtype) => T.cast(T.cast(T.arange(70_000, 70_100, 3), dtype), "float16")),
      T.cast(integers([40], -3000, 3000), "float16"), T.cast(booleans([6]), "float16"),
    ];
  }],
  ["casts four at a time", () => [
    T.cast(floats([4, 4], 1, (u) => 7e4 * u), "float16"), T.cast(halves([4, 4]), "float32"), T.cast(integers([8], -3000, 3000), "float16"),
    T.cast(halves([8], 1, (u) => 9 * u), "int32"),
  ]],
  ["meeting other dtypes", () => {
    const x = halves([6]);
    return [T.add(x, integers([6], -9, 9)), T.mul(x, integers([6], 0, 9, "uint8")), T.add(x, booleans([6])), T.add(x, floats([6], 2)), T.div(x, integers([6], 1, 9))];
  }],
]; // prettier-ignore

const views: readonly Case[] = [
  ["transposed, sliced, flipped", () => {
    const x = halves([5, 7]);
    return [T.transpose(x), T.slice(x, [[1, 4], [3, 6]]), T.flip(x, [1]), T.slice(x, [[0, 5, 2], [1, 7, 3]]), T.reshape(T.transpose(x), [7, 5])];
  }],
  ["views that kernels read", () => {
    const x = halves([6, 5]);
    return [T.add(T.transpose(x), 1), T.mul(T.slice(x, [[1, 6], [1, 5]]), 2), T.add(T.slice(x, [[1, 2]]), T.slice(x, [[3, 4]]))];
  }],
  ["concat, pad, stack", () => [
    T.concat([halves([3]), halves([2], 2), halves([4], 3)]), T.pad(halves([3, 3]), [1, 2, 0, 1]), T.pad(halves([5]), [1, 1], { value: 0.1 }), T.stack([halves([3]), halves([3], 2)]),
  ]],
  ["odd sizes", () => [1, 2, 3, 5, 127, 129].map((n) => T.add(halves([n]), 1))],
  ["scalars, and nothing", () => [T.add(halves([]), 1), T.add(halves([0, 3]), 1), T.full([3], 0.1, { dtype: "float16" }), T.zeros([2, 2], { dtype: "float16" })]],
  ["picked", () => [
    T.gather(halves([4, 5]), 1, integers([4, 3], 0, 5)), T.indexSelect(halves([5, 3]), 0, tensor([4, 0, 0], { dtype: "int32" })), T.argmax(halves([4, 9]), { axis: 1 }),
    T.argsort(halves([3, 8])), T.sort(halves([11])).values, T.topk(halves([9]), 3).values, T.argmin(special()), T.sort(special()).values,
  ]],
]; // prettier-ignore

const sums: readonly Case[] = [
  ["sums, means, products, extremes", () => {
    const x = halves([6, 37]);
    return [T.sum(x), T.sum(x, { axis: 0 }), T.mean(x, { axis: 1 }), T.prod(T.add(x, 1), { axis: 0 }), T.amax(x, { axis: 1 }), T.amin(x), T.variance(x, { axis: 1 }), T.std(x), T.norm(x)];
  }],
  ["long sums, whose terms float16 would lose", () => [T.sum(T.full([5000], 1, { dtype: "float16" })), T.mean(halves([70_000], 1, (u) => u + 2)), T.sum(halves([3, 9000], 1, (u) => u / 9), { axis: 1 })]],
  ["means of what adds up beyond the range", () => T.mean(T.full([4000], 60, { dtype: "float16" }))],
  ["extremes of long rows, of NaN too", () => {
    const x = T.stack([halves([90]), halves([90], 2, (u) => (u > 0.97 ? NaN : u))]);
    return [T.amax(x, { axis: 1 }), T.amin(x, { axis: 1 })];
  }],
  ["softmax", () => [T.softmax(halves([5, 9])), T.logSoftmax(halves([4, 64]), 1), T.logsumexp(halves([3, 30], 1, (u) => 90 * u), { axis: 1 })]],
  ["scans", () => [T.cumsum(halves([3, 40]), 1), T.cumsum(halves([2, 500]), 1), T.cummax(halves([30]), 0).values, T.cumprod(T.add(halves([9]), 1), 0)]],
  ["sums at places", () => T.scatterAdd(T.zeros([4, 5], { dtype: "float16" }), 1, integers([4, 30], 0, 5), halves([4, 30]))],
]; // prettier-ignore

const products: readonly Case[] = [
  ["matrix products", () => [
    T.matmul(halves([5, 7]), halves([7, 3], 2)), T.matmul(halves([40, 36]), halves([36, 44], 2)), T.matmul(T.transpose(halves([33, 35])), halves([33, 37], 2)),
    T.matmul(halves([2, 5, 8]), halves([2, 8, 6], 2)), T.matmul(halves([1, 300]), halves([300, 20], 2)), T.matmul(halves([64, 128]), halves([128], 2)),
  ]],
  ["a product that is a long sum, in parts", () => T.matmul(halves([8, 6000]), halves([6000, 8], 2))],
  ["a product beyond the range", () => T.matmul(halves([2, 9], 1, () => 300), halves([9, 2], 2, () => 300))],
  ["bias and activation behind a product", () => T.relu(T.add(T.matmul(halves([9, 20]), halves([20, 12], 2)), halves([12], 3)))],
  ["a product with float32 behind it", () => T.add(T.matmul(halves([9, 20]), halves([20, 12], 2)), floats([12], 3))],
  ["gradients of products", () => withGradients((x, w) => T.matmul(x, w), [9, 12], [12, 7])],
  ["convolutions", () => withGradients((x, w, b) => T.conv2d(x, w, { bias: b, padding: 1 }), [2, 3, 7, 6], [5, 3, 3, 2], [5])],
  ["convolutions in vec4s", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [2, 4, 8, 8], [8, 4, 3, 3])],
  ["depthwise and one-dimensional convolutions", () => [
    ...withGradients((x, w) => T.conv2d(x, w, { groups: 4 }), [1, 4, 5, 5], [4, 1, 3, 3]), ...withGradients((x, w) => T.conv1d(x, w, { stride: 2 }), [2, 3, 15], [4, 3, 3]),
  ]],
  ["transposed convolutions", () => withGradients((x, w) => T.convTranspose2d(x, w, { stride: 2 }), [1, 3, 4, 4], [3, 2, 3, 3])],
  ["pooling", () => [
    ...withGradients((x) => T.maxPool2d(x, 2), [2, 3, 8, 7]), ...withGradients((x) => T.avgPool2d(x, 2), [2, 3, 8, 7]), ...withGradients((x) => T.adaptiveAvgPool2d(x, 3), [1, 2, 8, 8]),
    T.maxPool2d(halves([1, 2, 6, 6]), 3, { stride: 1, padding: 1 }),
  ]],
  ["attention", () => [
    ...withGradients((q, k, v) => T.scaledDotProductAttention(q, k, v), [2, 5, 8], [2, 7, 8], [2, 7, 6]),
    T.scaledDotProductAttention(halves([3, 8]), halves([5, 8], 2), halves([5, 8], 3), { mask: halves([3, 5], 4), isCausal: true }),
  ]],
]; // prettier-ignore

const gradients: readonly Case[] = [
  ["of arithmetic", () => withGradients((a, b) => T.mul(T.add(a, b), T.sub(a, b)), [5, 6], [6])],
  ["of functions", () => withGradients((x) => T.tanh(T.exp(T.mul(x, 0.5))), [4, 5])],
  ["of softmax and logarithms", () => withGradients((x) => T.logSoftmax(x, 1), [4, 9])],
  ["of reductions", () => withGradients((x) => T.add(T.mean(x, { axis: 1, keepDims: true }), T.amax(x, { axis: 1, keepDims: true })), [4, 9])],
  ["of casts", () => withGradients((x) => T.cast(T.sin(T.cast(x, "float32")), "float16"), [7])],
  ["of picking", () => withGradients((x) => T.indexSelect(x, 0, tensor([0, 2, 0, 0], { dtype: "int32" })), [3, 4])],
]; // prettier-ignore

// A software driver takes seconds for some kernels that it has not seen before.
describe.skipIf(backend === null)("float16 on WebGPU", { timeout: 120_000 }, () => {
  afterAll(async () => {
    for (const each of [device, onCpu]) {
      await each.idle();
      each.dispose();
    }
  });

  it("trains a small network as the reference does", async () => {
    const losses: number[][] = [];
    for (const where of [T.reference(), device]) {
      setBackend(where);
      const sizes = [5, 4, 3]; // few, which are the kernels that compile fast
      const layers = [0, 1].map((i) => ({
        weight: new T.Variable(halves([sizes[i], sizes[i + 1]], i + 1), { requiresGrad: true }),
        bias: new T.Variable(T.zeros([sizes[i + 1]], { dtype: "float16" }), { requiresGrad: true }),
      }));
      const [x, target] = [halves([4, 5], 7), halves([4, 3], 8)];
      const own: number[] = [];
      for (let step = 0; step < 5; step++) {
        const [first, second] = layers;
        const hidden = T.relu(T.add(T.matmul(x, first.weight), first.bias));
        const loss = T.mean(T.square(T.sub(T.add(T.matmul(hidden, second.weight), second.bias), target)));
        loss.backward();
        await T.update(() => {
          for (const variable of layers.flatMap(({ weight, bias }) => [weight, bias])) {
            variable.assign(T.sub(variable, T.mul(variable.grad as Tensor, 0.1)));
            variable.grad = null;
          }
        });
        own.push(await loss.item());
      }
      losses.push(own);
    }
    const [wanted, got] = losses;
    expect(got[4]).toBeLessThan(0.9 * got[0]);
    got.forEach((loss, step) => expect(Math.abs(loss - wanted[step])).toBeLessThan(2 ** -9 * wanted[step]));
  });

  it("runs in compiled functions", async () => {
    setBackend(device);
    const f = T.compile((x: Tensor) => T.softmax(T.matmul(x, T.transpose(x)), 1));
    for (let call = 0; call < 4; call++) {
      const x = halves([7, 5], call + 1);
      const [got, wanted] = [await (await f(x)).data(), await T.softmax(T.matmul(x, T.transpose(x)), 1).data()];
      expect(got).toEqual(wanted);
    }
  });

  it("is uploaded, computed and read in two bytes an element", async () => {
    setBackend(device);
    const x = tensor([1, 0.1, 65504, 1e-7, -3], { dtype: "float16" });
    const y = T.mul(x, 2);
    expect([...(await y.data())]).toEqual([2, 0.199951171875, Infinity, 2 * 2 ** -23, -6]);
    expect(y.node.storage?.bytes).toBe(10);
    const all = Float32Array.from(
      { length: 2 ** 16 },
      (_, bits) => T.hostView("float16", Uint16Array.of(bits).buffer, 0, 1)[0],
    );
    expect(await T.reshape(tensor(all, { dtype: "float16" }), [256, 256]).data()).toEqual(all);
    expect(await T.cast(tensor(all, { dtype: "float16" }), "float32").data()).toEqual(all);
  });

  describe.each([
    ["element by element", elementwise, exact],
    ["views", views, exact],
    ["sums", sums, neighbours],
    ["products", products, neighbours],
    ["gradients", gradients, neighbours],
  ])("%s", (_, cases, tolerance) => {
    it.each(cases)("%s", (_name, build) => expectAsReference(device, build, tolerance));
  });

  it.each([...sums, ...products])("by kernels for CPUs: %s", (_name, build) =>
    expectAsReference(onCpu, build, neighbours),
  );
});
