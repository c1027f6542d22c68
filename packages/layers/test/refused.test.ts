import { beforeEach, describe, expect, it } from "vitest";
import { ValueError, ones, reference, setBackend, tensor, zeros } from "@minima/tensor";
import {
  AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, Conv1d, Conv2d, Dropout, Flatten, Linear, MaxPool1d, MaxPool2d,
  Parameter, ReLU, Sequential, Softmax, gainOf, kaimingNormal, kaimingUniform, xavierNormal, xavierUniform,
} from "../src/index.ts"; // prettier-ignore

beforeEach(() => setBackend(reference()));

const cases: [string, () => unknown, RegExp][] = [
  ["Linear(2.5, 3)", () => new Linear(2.5, 3), /Linear: inFeatures 2\.5 must be an integer of at least 0/],
  ["Linear(2, NaN)", () => new Linear(2, NaN), /Linear: outFeatures NaN/],
  ["Linear(-1, 3)", () => new Linear(-1, 3), /Linear: inFeatures -1/],
  ["Linear('2', 3)", () => new Linear("2" as never, 3), /Linear: inFeatures 2 must be/],
  ["Linear(2)", () => new (Linear as unknown as new (n: number) => Linear)(2), /Linear: outFeatures undefined/],
  ["Linear(2, 3, false)", () => new Linear(2, 3, false as never), /Linear: the options are one object, not false; there are bias, generator/],
  ["Linear's Bias", () => new Linear(2, 3, { Bias: false } as never), /Linear: there is no option Bias; there are bias, generator/],
  ["Conv2d kernel 0", () => new Conv2d(1, 2, 0), /Conv2d: kernel 0, 0 must be an integer of at least 1/],
  ["Conv2d kernel [3, 0.5]", () => new Conv2d(1, 2, [3, 0.5]), /Conv2d: kernel 3, 0\.5/],
  ["Conv2d kernel [3]", () => new Conv2d(1, 2, [3] as never), /Conv2d: kernel \[3\] must be one number, or 2/],
  ["Conv2d(1.5, 2, 3)", () => new Conv2d(1.5, 2, 3), /Conv2d: inChannels 1\.5/],
  ["Conv2d(1, -2, 3)", () => new Conv2d(1, -2, 3), /Conv2d: outChannels -2/],
  ["Conv2d stride 0", () => new Conv2d(1, 2, 3, { stride: 0 }), /Conv2d: stride 0, 0/],
  ["Conv2d padding -1", () => new Conv2d(1, 2, 3, { padding: -1 }), /Conv2d: padding -1, -1/],
  ["Conv2d padding 'full'", () => new Conv2d(1, 2, 3, { padding: "full" as never }), /Conv2d: padding must be an array/],
  ["Conv2d padding 'same' with a stride", () => new Conv2d(1, 2, 3, { padding: "same", stride: 2 }), /Conv2d: padding "same" needs stride 1/],
  ["Conv2d dilation NaN", () => new Conv2d(1, 2, 3, { dilation: NaN }), /Conv2d: dilation NaN, NaN/],
  ["Conv2d groups 0", () => new Conv2d(1, 2, 3, { groups: 0 }), /Conv2d: groups 0 must be an integer of at least 1/],
  ["Conv2d groups 0.5", () => new Conv2d(1, 2, 3, { groups: 0.5 }), /Conv2d: groups 0\.5/],
  ["Conv2d groups that divide nothing", () => new Conv2d(3, 4, 3, { groups: 2 }), /Conv2d: 3 input and 4 output channels/],
  ["Conv2d's kernelSize", () => new Conv2d(1, 2, 3, { kernelSize: 3 } as never), /Conv2d: there is no option kernelSize; there are stride/],
  ["Conv1d kernel 0", () => new Conv1d(1, 2, 0), /Conv1d: kernel 0 must be/],
  ["Conv1d kernel NaN", () => new Conv1d(1, 2, NaN), /Conv1d: kernel NaN/],
  ["Conv1d stride 1.5", () => new Conv1d(1, 2, 3, { stride: 1.5 }), /Conv1d: stride 1\.5/],
  ["Dropout(NaN)", () => new Dropout(NaN), /Dropout: p NaN must lie in \[0, 1\)/],
  ["Dropout(1)", () => new Dropout(1), /Dropout: p 1/],
  ["Dropout(-0.1)", () => new Dropout(-0.1), /Dropout: p -0\.1/],
  ["Dropout({ p })", () => new Dropout({ p: 0.5 } as never), /Dropout: p \[object Object\] must lie/],
  ["Dropout's seed", () => new Dropout(0.5, { seed: 1 } as never), /Dropout: there is no option seed; there are generator/],
  ["Flatten startAxis 0.5", () => new Flatten({ startAxis: 0.5 }), /Flatten: startAxis 0\.5 must be an integer/],
  ["Flatten endAxis NaN", () => new Flatten({ endAxis: NaN }), /Flatten: endAxis NaN/],
  ["Flatten(1)", () => new Flatten(1 as never), /Flatten: the options are one object, not 1/],
  ["Flatten's start_dim", () => new Flatten({ start_dim: 1 } as never), /Flatten: there is no option start_dim/],
  ["Softmax(0.5)", () => new Softmax(0.5), /Softmax: axis 0\.5 must be an integer/],
  ["Softmax({ axis })", () => new Softmax({ axis: 1 } as never), /Softmax: axis \[object Object\]/],
  ["MaxPool2d(0)", () => new MaxPool2d(0), /MaxPool2d: kernel 0, 0/],
  ["MaxPool2d(2, 2)", () => new MaxPool2d(2, 2 as never), /MaxPool2d: the options are one object, not 2; there are stride/],
  ["MaxPool2d stride 0", () => new MaxPool2d(2, { stride: 0 }), /MaxPool2d: stride 0, 0/],
  ["MaxPool2d padding beyond half", () => new MaxPool2d(2, { padding: 2 }), /MaxPool2d: padding 2, 2 must be at most half the kernel 2, 2/],
  ["MaxPool2d's countIncludePad", () => new MaxPool2d(2, { countIncludePad: true } as never), /MaxPool2d: there is no option countIncludePad/],
  ["MaxPool1d(1.5)", () => new MaxPool1d(1.5), /MaxPool1d: kernel 1\.5/],
  ["MaxPool1d dilation 0", () => new MaxPool1d(2, { dilation: 0 }), /MaxPool1d: dilation 0/],
  ["AvgPool2d([2, NaN])", () => new AvgPool2d([2, NaN]), /AvgPool2d: kernel 2, NaN/],
  ["AvgPool2d's dilation", () => new AvgPool2d(2, { dilation: 2 } as never), /AvgPool2d: there is no option dilation/],
  ["AvgPool1d padding -1", () => new AvgPool1d(2, { padding: -1 }), /AvgPool1d: padding -1/],
  ["AdaptiveAvgPool2d(0)", () => new AdaptiveAvgPool2d(0), /AdaptiveAvgPool2d: outputSize 0, 0/],
  ["AdaptiveMaxPool2d([2, 0.5])", () => new AdaptiveMaxPool2d([2, 0.5]), /AdaptiveMaxPool2d: outputSize 2, 0\.5/],
  ["AdaptiveMaxPool2d()", () => new AdaptiveMaxPool2d(undefined as never), /AdaptiveMaxPool2d: outputSize must be an array/],
  ["Sequential([…])", () => new Sequential([new ReLU()] as never), /Sequential: 0 is \[object Object\]; give modules, one after the other/],
  ["Sequential of a function", () => new Sequential(new ReLU(), undefined as never), /Sequential: 1 is undefined/],
  ["Parameter([1])", () => new Parameter([1] as never), /Variable: 1 is no tensor/],
  ["Parameter's requires_grad", () => new Parameter(ones([1]), { requires_grad: false } as never), /there is no option requires_grad/],
  ["Parameter of integers", () => new Parameter(tensor([1], { dtype: "int32" })), /only float tensors have gradients/],
  ["a gain for no activation", () => gainOf("swish" as never), /gainOf: there is no gain for swish/],
  ["xavierUniform gain NaN", () => xavierUniform([2, 2], { gain: NaN }), /xavierUniform: gain NaN/],
  ["xavierNormal gain -1", () => xavierNormal([2, 2], { gain: -1 }), /xavierNormal: gain -1 must be a finite number/],
  ["kaimingNormal mode", () => kaimingNormal([2, 2], { mode: "fan_in" as never }), /kaimingNormal: mode fan_in must be "fanIn"/],
  ["kaimingUniform nonlinearity", () => kaimingUniform([2, 2], { nonlinearity: "leaky_relu" as never }), /no gain for leaky_relu/],
  ["kaimingUniform a NaN", () => kaimingUniform([2, 2], { a: NaN }), /kaimingUniform: a NaN/],
]; // prettier-ignore

describe("layers refuse where they are made", () => {
  it.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));

  it("with the class of errors that bad values have", () => {
    expect(() => new Linear(2.5, 3)).toThrow(ValueError);
    expect(() => new Conv2d(1, 2, 0)).toThrow(ValueError);
  });
});

describe("what stays allowed", () => {
  it.each([
    ["options that are undefined", () => new Conv2d(1, 2, 3, { stride: undefined, padding: undefined, bias: undefined }), [1, 1, 5, 5], [1, 2, 3, 3]],
    ["a filter of two extents", () => new Conv2d(2, 4, [3, 1], { groups: 2, padding: "same", bias: false }), [1, 2, 5, 5], [1, 4, 5, 5]],
    ["Linear from nothing", () => new Linear(0, 3), [2, 0], [2, 3]],
    ["Linear to nothing", () => new Linear(3, 0), [2, 3], [2, 0]],
    ["pooling with its options", () => new MaxPool2d(3, { stride: [1, 2], padding: 1, dilation: 1, ceilMode: true }), [1, 5, 5], [1, 5, 3]],
    ["pooling of a window alone", () => new AvgPool1d(2), [1, 5], [1, 2]],
    ["Flatten of some axes", () => new Flatten({ startAxis: -2 }), [2, 3, 4], [2, 12]],
    ["no modules", () => new Sequential(), [2], [2]],
  ])("%s", (_, make, input, output) => expect(make().forward(zeros(input)).shape).toEqual(output)); // prettier-ignore

  it("frozen parameters, which a model's zeroGrad passes over", () => {
    class Frozen extends Linear {
      readonly scale = new Parameter(ones([1]), { requiresGrad: false });
    }
    const model = new Frozen(2, 2);
    expect(model.parameters().map(({ requiresGrad }) => requiresGrad)).toEqual([true, true, false]);
    expect(() => model.zeroGrad()).not.toThrow();
  });
});
