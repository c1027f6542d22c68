import { type Tensor, reference, setBackend, tensor } from "@minima/tensor";
import { beforeEach, expect, it } from "vitest";
import * as L from "../src/index.ts";

beforeEach(() => setBackend(reference()));

const target = tensor([0, 2], { dtype: "int32" });
const functions: [string, (x: Tensor) => Tensor][] = [
  ["elu", L.elu], ["celu", L.celu], ["selu", L.selu], ["gelu", L.gelu], ["hardtanh", L.hardtanh], ["hardsigmoid", L.hardsigmoid], ["hardswish", L.hardswish],
  ["leakyRelu", L.leakyRelu], ["softplus", L.softplus], ["logsigmoid", L.logsigmoid], ["silu", L.silu], ["mish", L.mish], ["softshrink", L.softshrink],
  ["hardshrink", L.hardshrink], ["tanhshrink", L.tanhshrink], ["softsign", L.softsign], ["softmin", L.softmin], ["crossEntropy", (x) => L.crossEntropy(x, target)],
]; // prettier-ignore

it.each(functions)("%s of float16 is that of float32, rounded once", async (_, f) => {
  const x = tensor([0.3, -1.2, 2.5, 0.7, -4.1, 9], { dtype: "float16", shape: [2, 3] });
  const [got, wanted] = [f(x), f(x.cast("float32"))];
  expect(got.dtype).toBe("float16");
  expect(await got.data()).toEqual(await wanted.cast("float16").data());
});
