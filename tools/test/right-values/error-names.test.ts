import * as T from "@minima/tensor";
import { expect, it } from "vitest";

T.setBackend(T.reference());
const x = T.tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
const v = T.tensor([1, 2, 3]);
const int = T.tensor([1, 2, 3], { dtype: "int32" });
const uint = T.tensor([1, 2], { dtype: "uint32" });
const bit = T.tensor([true, false]);
const wide = T.tensor([1, 2, 3, 4]);

/** Calls that are wrong in their axis, shape or dtype. Whatever they are made of, the message begins with their own name. */
const calls: Readonly<Record<string, readonly (() => unknown)[]>> = {
  ...withAxis("sum mean prod amax amin argmax argmin any all variance std logsumexp norm", (f, axis) => f(x, { axis })),
  ...withAxis("max min nansum nanmean varMean stdMean median nanmedian mode", (f, axis) => f(x, { axis })),
  ...withAxis("sort argsort", (f, axis) => f(x, { axis })),
  ...withAxis("softmax logSoftmax cumsum cumprod cummax cummin logcumsumexp", (f, axis) => f(x, axis)),
  ...withAxis("flip squeeze roll", (f, axis) => (f === (T.roll as unknown) ? f(x, 1, axis) : f(x, axis))),
  ...onPairs("add sub mul div pow maximum minimum remainder fmod floorDivide atan2 hypot xlogy logaddexp", (f) => f(x, wide)),
  ...onPairs("equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor isClose", (f) => f(x, wide)),
  ...onPairs("addcmul addcdiv", (f) => f(x, wide, v)),
  lerp: [() => T.lerp(x, wide, 0.5)],
  where: [() => T.where(bit, x, v)],
  maskedFill: [() => T.maskedFill(x, bit, 0)],
  clamp: [() => T.clamp(x, { min: wide })],
  allClose: [() => T.allClose(x, wide)],
  matmul: [() => T.matmul(x, x), () => T.matmul(int, int)],
  bmm: [() => T.bmm(x, x)],
  mv: [() => T.mv(x, wide)],
  dot: [() => T.dot(v, wide), () => T.dot(x, x)],
  vdot: [() => T.vdot(v, wide)],
  outer: [() => T.outer(x, v)],
  einsum: [() => T.einsum("ij,jk->ik", x, x)],
  tensordot: [() => T.tensordot(x, x, 1)],
  multiDot: [() => T.multiDot([x, x])],
  matrixPower: [() => T.matrixPower(x, 2)],
  cdist: [() => T.cdist(x, T.ones([2, 4]))],
  scaledDotProductAttention: [() => T.scaledDotProductAttention(x, T.ones([2, 4]), x)],
  gather: [() => T.gather(x, 5, int), () => T.gather(x, 0, int)],
  takeAlongDim: [() => T.takeAlongDim(x, int, 5)],
  indexSelect: [() => T.indexSelect(x, 5, int), () => T.indexSelect(x, 0, x)],
  scatter: [() => T.scatter(x, 5, int, 1), () => T.scatter(v, 0, v, 1)],
  scatterAdd: [() => T.scatterAdd(x, 5, int, 1), () => T.scatterAdd(v, 0, v, 1)],
  scatterReduce: [() => T.scatterReduce(x, 5, int, x, { reduce: "sum" })],
  indexAdd: [() => T.indexAdd(x, 5, int, x)],
  indexPut: [() => T.indexPut(x, [v], 1)],
  oneHot: [() => T.oneHot(v, 3)],
  reshape: [() => T.reshape(x, [4])],
  flatten: [() => T.flatten(x, { startAxis: 5 })],
  permute: [() => T.permute(x, [0, 0])],
  transpose: [() => T.transpose(x, 0, 5)],
  unsqueeze: [() => T.unsqueeze(x, 5)],
  expand: [() => T.expand(x, [2, 4])],
  concat: [() => T.concat([x, wide]), () => T.concat([x, x], 5)],
  stack: [() => T.stack([x, v])],
  split: [() => T.split(x, 2, 5)],
  slice: [() => T.slice(x, [[0, 1], [0, 1], [0, 1]])],
  select: [() => T.select(x, 0, 9), () => T.select(x, 5, 0)],
  pad: [() => T.pad(x, [1, 1, 1, 1, 1, 1])],
  tile: [() => T.tile(x, [-1])],
  repeatInterleave: [() => T.repeatInterleave(x, 2, 5)],
  diff: [() => T.diff(x, { axis: 5 })],
  rot90: [() => T.rot90(x, 1, [0, 5])],
  diagonal: [() => T.diagonal(v)],
  trace: [() => T.trace(v)],
  tril: [() => T.tril(v)],
  triu: [() => T.triu(v)],
  topk: [() => T.topk(x, 9), () => T.topk(x, 1, { axis: 5 })],
  quantile: [() => T.quantile(x, 2), () => T.quantile(x, 0.5, { axis: 5 })],
  nanquantile: [() => T.nanquantile(x, 2), () => T.nanquantile(x, 0.5, { axis: 5 })],
  histc: [() => T.histc(x, { bins: 0 })],
  searchsorted: [() => T.searchsorted(x, v)],
  bucketize: [() => T.bucketize(v, x)],
  kron: [() => T.kron(int, uint)],
  neg: [() => T.neg(bit)],
  conv1d: [() => T.conv1d(x, x), () => T.conv1d(T.ones([1, 2, 5]), T.ones([1, 3, 2]))],
  conv2d: [() => T.conv2d(x, x), () => T.conv2d(T.ones([1, 2, 5, 5]), T.ones([1, 3, 2, 2]))],
  conv3d: [() => T.conv3d(x, x), () => T.conv3d(T.ones([1, 2, 5, 5, 5]), T.ones([1, 3, 2, 2, 2]))],
  convTranspose2d: [() => T.convTranspose2d(x, x)],
  convTranspose3d: [() => T.convTranspose3d(x, x)],
  maxPool1d: [() => T.maxPool1d(v, 9)],
  maxPool2d: [() => T.maxPool2d(v, 2), () => T.maxPool2d(x, 9)],
  maxPool3d: [() => T.maxPool3d(x, 2)],
  maxPool3dWithIndices: [() => T.maxPool3dWithIndices(x, 2)],
  avgPool2d: [() => T.avgPool2d(v, 2), () => T.avgPool2d(x, 9)],
  avgPool3d: [() => T.avgPool3d(x, 2)],
  lpPool2d: [() => T.lpPool2d(v, 2, 2)],
  adaptiveAvgPool1d: [() => T.adaptiveAvgPool1d(T.tensor(1), 2)],
  adaptiveAvgPool2d: [() => T.adaptiveAvgPool2d(v, 2)],
  adaptiveMaxPool3d: [() => T.adaptiveMaxPool3d(x, 2)],
  unfold2d: [() => T.unfold2d(x, 2)],
  fold2d: [() => T.fold2d(x, 4, 3)],
  interpolate: [() => T.interpolate(x, { size: 2 }), () => T.interpolate(T.ones([1, 1, 2]), {})],
  gridSample: [() => T.gridSample(x, x)],
  affineGrid: [() => T.affineGrid(x, [1, 1, 2, 2])],
  arange: [() => T.arange(0, 3, 0)],
  linspace: [() => T.linspace(0, 1, -1)],
  eye: [() => T.eye(2.5)],
  full: [() => T.full([-1], 0)],
}; // prettier-ignore

type Call = (...args: unknown[]) => unknown;

function onPairs(names: string, call: (f: Call) => unknown): Record<string, readonly (() => unknown)[]> {
  const functions = T as unknown as Record<string, Call>;
  return Object.fromEntries(names.split(" ").map((name) => [name, [() => call(functions[name])]]));
}

function withAxis(names: string, call: (f: Call, axis: number) => unknown): Record<string, readonly (() => unknown)[]> {
  return onPairs(names, (f) => call(f, 5));
}

it.each(Object.entries(calls))("%s is named by its errors", async (name, wrong) => {
  for (const call of wrong) {
    let said: unknown = null;
    try {
      await call();
    } catch (error) {
      said = error;
    }
    expect(said, `${call.toString()} should throw`).toBeInstanceOf(T.MinimaError);
    expect((said as Error).message).toMatch(new RegExp(`^${name}(: | ")`));
  }
});
