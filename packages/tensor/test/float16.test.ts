import * as T from "@minima/tensor";
import { type DType, DTypeError, type GraphEvaluator, type Tensor, setBackend, tensor } from "@minima/tensor";
import { decodeSafetensors, encodeSafetensors } from "@minima/tensor/safetensors";
import { beforeEach, describe, expect, it } from "vitest";
import { bytesOfHost, promote, roundTo } from "../src/dtype.ts";
import { float16Bits, float16FromBits } from "../src/float16.ts";

beforeEach(() => setBackend(T.reference()));

const bits = Array.from({ length: 2 ** 16 }, (_, i) => i);
/** Those that are not negative, in order, without NaN: 0 to infinity. */
const ascending = bits.slice(0, 0x7c01);

/** The doubles next to a positive one. */
function neighbours(x: number): [below: number, above: number] {
  const double = Float64Array.of(x);
  const word = new BigInt64Array(double.buffer);
  const at = word[0];
  const read = (bits: bigint): number => ((word[0] = bits), double[0]);
  return [read(at - 1n), read(at + 1n)];
}

describe("conversions of float16", () => {
  it("gives numbers for bits", () => {
    const known = [
      [0x0000, 0], [0x8000, -0], [0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x0400, 2 ** -14],
      [0x3555, 0.333251953125], [0x7c00, Infinity], [0xfc00, -Infinity], [0x7e00, NaN],
    ]; // prettier-ignore
    for (const [half, number] of known) expect(float16FromBits(half)).toBe(number);
  });

  it("gives back the bits of each of the 65,536, NaN as one", () => {
    const wrong = bits.filter((half) => {
      const number = float16FromBits(half);
      return Number.isNaN(number) ? (float16Bits(number) & 0x7fff) !== 0x7e00 : float16Bits(number) !== half;
    });
    expect(wrong).toEqual([]);
    const numbers = T.hostView("float16", Uint16Array.from(bits).buffer, 0, bits.length);
    expect(new Uint16Array(bytesOfHost("float16", numbers).buffer).slice(0, 0x7c01)).toEqual(
      Uint16Array.from(ascending),
    );
  });

  it("rounds what lies between two neighbours to the nearer one, and ties to the even one", () => {
    const wrong: number[] = [];
    for (const half of ascending.slice(0, -1)) {
      // Beyond the last finite one comes the number that would follow.
      const [low, high] = [float16FromBits(half), half === 0x7bff ? 65536 : float16FromBits(half + 1)];
      const middle = (low + high) / 2;
      const [below, above] = neighbours(middle);
      const even = half + (half % 2);
      const rounded = [below, middle, above, -below, -middle, -above].map(float16Bits);
      const wanted = [half, even, half + 1, half, even, half + 1].map((b, i) => (i < 3 ? b : b | 0x8000));
      if (rounded.some((b, i) => b !== wanted[i])) wrong.push(half);
    }
    expect(wrong).toEqual([]);
  });

  it("rounds once, also numbers that float32 does not hold", async () => {
    const number = 1 + 2 ** -11 + 2 ** -40;
    expect(Math.fround(number)).toBe(1 + 2 ** -11);
    expect(await tensor([number], { dtype: "float16" }).item()).toBe(1 + 2 ** -10);
  });
});

describe("tensors of float16", () => {
  it("take two bytes an element, and are float32 on the host", async () => {
    const x = tensor([[1, 0.1], [1e5, -1e-9]], { dtype: "float16" }); // prettier-ignore
    expect(T.bytesPerElement.float16).toBe(2);
    expect(T.isFloat("float16")).toBe(true);
    expect(x.node.storage?.bytes).toBe(8);
    expect(await x.data()).toEqual(Float32Array.of(1, 0.0999755859375, Infinity, -0));
    expect(x.dataSync()).toBeInstanceOf(Float32Array);
    expect(await x.toArray()).toEqual([[1, 0.0999755859375], [Infinity, -0]]); // prettier-ignore
    expect(String(x)).toBe("Tensor [2, 2] float16 [[1, 0.0999756],\n [Infinity, 0]]");
  });

  it("are made of typed arrays by rounding a copy", async () => {
    const data = Float32Array.of(0.1, 2049);
    expect(await tensor(data, { dtype: "float16" }).data()).toEqual(Float32Array.of(0.0999755859375, 2048));
    expect(data[1]).toBe(2049);
    expect(await tensor(Int32Array.of(2051), { dtype: "float16" }).item()).toBe(2052);
    expect(await T.full([1], 0.1, { dtype: "float16" }).cast("float32").item()).toBe(0.0999755859375);
  });

  it.each<[DType, DType, DType]>([
    ["bool", "float16", "float16"],
    ["uint8", "float16", "float16"],
    ["int32", "float16", "float16"],
    ["uint32", "float16", "float16"],
    ["float16", "float16", "float16"],
    ["float16", "float32", "float32"],
  ])("%s and %s meet in %s", (a, b, both) => {
    expect(promote("add", a, b)).toBe(both);
    const [x, y] = [a, b].map((dtype) => T.ones([2], { dtype }));
    for (const f of [T.add, T.mul, T.div, T.pow, T.maximum])
      expect([f(x, y).dtype, f(y, x).dtype]).toEqual([both, both]);
    expect(T.matmul(x, y).dtype).toBe(both);
    expect(T.concat([x, y]).dtype).toBe(both);
  });

  it("round the result of every operation", async () => {
    const half = (...values: number[]): Tensor => tensor(values, { dtype: "float16" });
    expect(await T.add(half(2048), half(1)).item()).toBe(2048);
    expect(await T.sub(T.add(half(2048), half(1)), 2048).item()).toBe(0);
    expect(await T.mul(half(300), half(300)).item()).toBe(Infinity);
    expect(await T.div(half(1), half(3)).item()).toBe(roundTo("float16", 1 / 3));
    expect(await T.exp(half(1)).item()).toBe(roundTo("float16", Math.E));
    expect(await half(1, 2, 3).cast("int32").data()).toEqual(Int32Array.of(1, 2, 3));
  });

  it("let numbers keep their digits in arithmetic, and take them as float16 in comparisons and choices", async () => {
    const x = tensor([0.1, 60000], { dtype: "float16" });
    expect([...(await T.mul(x, 1e-8).data())]).toEqual([0, roundTo("float16", 60000e-8)]);
    expect((await T.div(x, 65536).data())[1]).toBe(roundTo("float16", x.dataSync()[1] / 65536));
    expect([...(await T.equal(x, 0.1).data())]).toEqual([1, 0]);
    expect((await T.cast(T.where(T.less(x, 1), 0.3, x), "float32").data())[0]).toBe(roundTo("float16", 0.3));
  });

  it("are summed in float32, and composites are rounded once", async () => {
    const ones = T.ones([5000], { dtype: "float16" });
    expect(await T.sum(ones).item()).toBe(5000);
    expect(await T.mean(T.mul(ones, 60)).item()).toBe(60);
    expect((await T.cumsum(ones, 0).data())[4998]).toBe(5000);
    const x = tensor([1, 2, 3.5, -1], { dtype: "float16" });
    const wide = x.cast("float32");
    const composites: ((t: Tensor) => Tensor)[] = [
      T.softmax, T.logSoftmax, T.logsumexp, T.sigmoid, T.variance, T.std, T.norm, T.sinh, T.asinh, T.expm1, T.log2, T.median,
      T.erfc, T.sinc, T.nanmean, (t) => T.round(t, { decimals: 1 }), (t) => T.quantile(t, 0.3), (t) => T.logcumsumexp(t, 0),
      (t) => T.pow(t, 3), (t) => T.hypot(t, 0.3), (t) => T.cdist(t.reshape([2, 2]), t.reshape([2, 2])),
    ]; // prettier-ignore
    for (const f of composites) {
      const [got, wanted] = [f(x), f(wide)];
      expect(got.dtype).toBe("float16");
      expect(await got.data()).toEqual((await wanted.data()).map((value) => roundTo("float16", value)));
    }
  });

  it("stay float16 through all that does not say otherwise", () => {
    const x = T.ones([2, 2, 4, 4], { dtype: "float16" });
    const index = T.zeros([2, 2, 4, 4], { dtype: "int32" });
    const kept: Tensor[] = [
      T.neg(x), T.abs(x), T.floor(x), T.round(x), T.sign(x), T.relu(x), T.clamp(x, { min: 0 }), T.remainder(x, 2), T.fmod(x, 2), T.nanToNum(x),
      T.amax(x), T.prod(x), T.cumprod(x, 0), T.sort(x).values, T.topk(x, 2).values, T.gather(x, 0, index), T.scatterAdd(x, 0, index, x), T.tril(x),
      T.conv2d(x, x.slice([[0, 2], null, [0, 2], [0, 2]])), T.convTranspose2d(x, x), T.maxPool2d(x, 2), T.avgPool2d(x, 2), T.adaptiveAvgPool2d(x, 3),
      T.scaledDotProductAttention(x, x, x), T.scaledDotProductAttention(x, x, x, { mask: x }), T.einsum("abcd,abde->abce", x, x), T.lerp(x, 0, 0.5),
      T.pad(x, [1, 1]), T.onesLike(x),
    ]; // prettier-ignore
    expect(kept.map(({ dtype }) => dtype)).toEqual(kept.map(() => "float16"));
  });

  it("replace what is not finite by their own largest number", async () => {
    const x = tensor([Infinity, -Infinity, NaN], { dtype: "float16" });
    expect([...(await T.nanToNum(x).data())]).toEqual([65504, -65504, 0]);
  });

  it("are files of F16, which is read as float32", async () => {
    const x = tensor([1, 0.1, -65504], { dtype: "float16" });
    const file = encodeSafetensors(new Map([["x", { dtype: x.dtype, shape: x.shape, data: await x.data() }]]));
    const header = new TextDecoder().decode(
      file.subarray(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))),
    );
    expect(JSON.parse(header)).toEqual({ x: { dtype: "F16", shape: [3], data_offsets: [0, 6] } });
    const read = decodeSafetensors(file).tensors.get("x");
    expect(read).toEqual({ dtype: "float32", shape: [3], data: Float32Array.of(1, 0.0999755859375, -65504) });
  });
});

describe("a device without float16", () => {
  const { evaluate } = T.reference();
  const device: GraphEvaluator = { name: "plain", evaluate };

  it("refuses it where a tensor is made or cast, with what to do", () => {
    expect(() => tensor([1], { dtype: "float16", backend: device })).toThrow(DTypeError);
    expect(() => tensor([1], { dtype: "float16", backend: device })).toThrow(
      'tensor: plain has no float16 here; use float32 (.cast("float32")), or WebGPU on a device with "shader-f16"',
    );
    expect(() => tensor([1], { backend: device }).cast("float16")).toThrow("cast: plain has no float16 here");
  });

  it("refuses tensors that move to it", async () => {
    await expect(tensor([1], { dtype: "float16" }).to(device)).rejects.toThrow("tensor: plain has no float16 here");
  });
});
