import { afterEach, describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import { type Tensor, Variable, compile, reference, setBackend, tensor } from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

type Case = readonly [call: string, f: () => unknown, message: RegExp];

const x = (): Tensor => irregular([2, 3]);

/** Calls by hand-written JavaScript, which no type keeps from saying nonsense. */
const loose = T as unknown as Record<string, (...args: unknown[]) => unknown>;

const shapes: Case[] = [
  ["tile(x, [-1])", () => T.tile(x(), [-1]), /tile: a repeat -1 must be an integer of at least 0/],
  ["tile(x, [2, 0.5])", () => T.tile(x(), [2, 0.5]), /tile: a repeat 0\.5/],
  ["tile(x, [NaN])", () => T.tile(x(), [NaN]), /tile: a repeat NaN/],
  ["tile(x, [Infinity])", () => T.tile(x(), [Infinity]), /tile: a repeat Infinity/],
  ["tile(x, 2)", () => loose.tile(x(), 2), /tile: the repeats must be an array such as \[2, 3\], not 2/],
  ["repeatInterleave(x, -1, 0)", () => T.repeatInterleave(x(), -1, 0), /repeatInterleave: repeats -1/],
  ["repeatInterleave(x, 1.5, 0)", () => T.repeatInterleave(x(), 1.5, 0), /repeatInterleave: repeats 1\.5/],
  ["repeatInterleave(x, NaN, 0)", () => T.repeatInterleave(x(), NaN, 0), /repeatInterleave: repeats NaN/],
  [
    "expand(x, [-2, 3])",
    () => T.expand(x(), [-2, 3]),
    /expand: shape \[-2, 3\] must hold integers of at least 0, or -1/,
  ],
  ["expand(x, [1.5, 3])", () => T.expand(irregular([1, 3]), [1.5, 3]), /expand: shape \[1\.5, 3\] must hold integers/],
  ["expand(x, [NaN, 3])", () => T.expand(irregular([1, 3]), [NaN, 3]), /expand: shape \[NaN, 3\] must hold integers/],
  ["expand(x, [-1, 2, 3])", () => T.expand(x(), [-1, 2, 3]), /expand: \[2, 3\] cannot be repeated to \[-1, 2, 3\]/],
  ["expand(x, 3)", () => loose.expand(x(), 3), /expand: the shape must be an array/],
  ["reshape(x, [0.5, 12])", () => T.reshape(x(), [0.5, 12]), /reshape: shape \[0\.5, 12\] must hold integers/],
  ["reshape(x, [-2, -3])", () => T.reshape(x(), [-2, -3]), /reshape: shape \[-2, -3\] must hold integers/],
  ["reshape(x, [-1, -1])", () => T.reshape(x(), [-1, -1]), /reshape: \[-1, -1\] has -1 twice/],
  ["reshape(x, [NaN])", () => T.reshape(x(), [NaN]), /reshape: shape \[NaN\]/],
  ["reshape(x, 6)", () => loose.reshape(x(), 6), /reshape: the shape must be an array such as \[2, 3\], not 6/],
  ["permute(x, 1)", () => loose.permute(x(), 1), /permute: the axes must be an array/],
  ["permute(x, [0, 0])", () => T.permute(x(), [0, 0]), /permute: \[0, 0\] is not an order/],
  ["permute(x, [0, 0.5])", () => T.permute(x(), [0, 0.5]), /permute: axis 0\.5/],
  ["split(x, [-1, 3])", () => T.split(x(), [-1, 3]), /split: the part size -1/],
  ["split(x, [0.5, 1.5])", () => T.split(x(), [0.5, 1.5]), /split: the part size 0\.5/],
  ["split(x, 0)", () => T.split(x(), 0), /split: the part size 0 must be an integer of at least 1/],
  ["split(x, NaN)", () => T.split(x(), NaN), /split: the part size NaN/],
  ["split(x)", () => loose.split(x()), /split: the part sizes must be an array/],
  ["chunk(x, 0)", () => T.chunk(x(), 0), /chunk: n 0 must be an integer of at least 1/],
  ["chunk(x, 1.5)", () => T.chunk(x(), 1.5), /chunk: n 1\.5/],
  ["chunk(x, -1)", () => T.chunk(x(), -1), /chunk: n -1/],
  ["roll(x, 0.5, 0)", () => T.roll(x(), 0.5, 0), /roll: the shift 0\.5 must be an integer/],
  ["roll(x, NaN)", () => T.roll(x(), NaN), /roll: the shift NaN/],
  ["roll(x, [1], [0, 1])", () => T.roll(x(), [1], [0, 1]), /roll: 1 shifts for 2 axes/],
  ["flip(x, [0, -2])", () => T.flip(x(), [0, -2]), /flip: axes \[0, -2\] name one axis twice/],
  ["flip(x, 0.5)", () => T.flip(x(), 0.5), /flip: axis 0\.5/],
  ["slice(x, [[NaN]])", () => T.slice(x(), [[NaN]]), /slice: NaN is not an integer/],
  ["slice(x, [[0, 1, 0.5]])", () => T.slice(x(), [[0, 1, 0.5]]), /slice: step 0\.5/],
  [
    "slice(x, [0, 1])",
    () => loose.slice(x(), [0, 1]),
    /slice: range 0 of axis 0 must be \[start, stop, step\] or null/,
  ],
  ["slice(x, [[0, 1, 1, 1]])", () => loose.slice(x(), [[0, 1, 1, 1]]), /slice: range 0,1,1,1 of axis 0/],
  ["slice(x, 1)", () => loose.slice(x(), 1), /slice: the ranges must be an array/],
  ["select(x, 1, 3)", () => T.select(x(), 1, 3), /select: axis 1: index 3 must be an integer from -3 to 2/],
  ["select(x, 1, 0.5)", () => T.select(x(), 1, 0.5), /select: axis 1: index 0\.5/],
  ["select(x, 0.5, 0)", () => T.select(x(), 0.5, 0), /select: axis 0\.5 is not one of the 2 axes/],
  ["pad(x, [1, 0.5])", () => T.pad(x(), [1, 0.5]), /pad: \[1, 0\.5\] must be pairs of integers/],
  ["pad(x, [1, NaN])", () => T.pad(x(), [1, NaN]), /pad: \[1, NaN\] must be pairs/],
  ["pad(x, 1)", () => loose.pad(x(), 1), /pad: the pads must be an array/],
  ["concat([])", () => T.concat([]), /concat: give at least one tensor/],
  ["concat(x, x)", () => loose.concat(x(), x()), /concat: the tensors must be an array/],
  ["stack([])", () => T.stack([]), /stack: give at least one tensor/],
  ["stack([x, y])", () => T.stack([x(), of([1, 2, 3])]), /stack: shapes \[2, 3\] and \[3\] differ/],
  ["stack([x], 4)", () => T.stack([x()], 4), /stack: axis 4 is not one of the 3 axes/],
  ["unfold(x, 0, 1.5, 1)", () => T.unfold(x(), 0, 1.5, 1), /unfold: size 1\.5/],
  ["unfold(x, 0, 1, 0)", () => T.unfold(x(), 0, 1, 0), /unfold: .*step 0/],
  ["tril(x, 0.5)", () => T.tril(x(), 0.5), /tril: diagonal 0\.5 must be an integer/],
  ["triu(x, NaN)", () => T.triu(x(), NaN), /triu: diagonal NaN/],
  ["maxPool1d(x)", () => loose.maxPool1d(x()), /maxPool1d: kernel must be an array/],
];

const creation: Case[] = [
  ["eye(2.5)", () => T.eye(2.5), /eye: n 2\.5 must be an integer of at least 0/],
  ["eye(-1)", () => T.eye(-1), /eye: n -1/],
  ["eye(2, NaN)", () => T.eye(2, NaN), /eye: m NaN/],
  ["linspace(0, NaN, 3)", () => T.linspace(0, NaN, 3), /linspace: start 0 and stop NaN must be finite/],
  ["linspace(-Infinity, 0, 3)", () => T.linspace(-Infinity, 0, 3), /linspace: start -Infinity/],
  ["linspace(0, 1, 2.5)", () => T.linspace(0, 1, 2.5), /linspace: count 2\.5 must be an integer/],
  ["linspace(0, 1, -1)", () => T.linspace(0, 1, -1), /linspace: count -1/],
  ["arange(NaN)", () => T.arange(NaN), /arange: \(0, NaN, 1\) must be finite/],
  ["arange(0, 3, 0)", () => T.arange(0, 3, 0), /step not 0/],
  ["oneHot(i, 0)", () => T.oneHot(tensor([0]), 0), /oneHot: classes 0 must be an integer of at least 1/],
  ["oneHot(i, 2.5)", () => T.oneHot(tensor([0]), 2.5), /oneHot: classes 2\.5/],
  ["oneHot(i, -1)", () => T.oneHot(tensor([0]), -1), /oneHot: classes -1/],
  ["full([2])", () => loose.full([2]), /full: the value must be a number or a boolean, not undefined/],
  ["full([2], null)", () => loose.full([2], null), /full: the value .* not null/],
  ["full([2], [1, 2])", () => loose.full([2], [1, 2]), /full: the value .* not 1,2/],
  ["zeros(2)", () => loose.zeros(2), /zeros: the shape must be an array such as \[2, 3\], not 2/],
  ["zeros()", () => loose.zeros(), /zeros: the shape must be an array such as \[2, 3\], not undefined/],
  ["ones([2, NaN])", () => T.ones([2, NaN]), /ones: shape \[2, NaN\] must hold integers/],
  ["tensor(…, { shape: 2 })", () => tensor([1, 2], { shape: 2 as never }), /tensor: the shape must be an array/],
  [
    "tensor(…, { requires_grad })",
    () => tensor([1], { requires_grad: true } as never),
    /tensor: there is no option requires_grad; there are shape, dtype, requiresGrad, backend/,
  ],
  ["tensor(…, 'int32')", () => tensor([1], "int32" as never), /tensor: the options are one object, not int32/],
  ["tensor(…, { backend: 3 })", () => tensor([1], { backend: 3 as never }), /tensor: the backend is 3/],
  ["new Variable([1])", () => new Variable([1] as never), /Variable: 1 is no tensor/],
  [
    "new Variable(t, { trainable })",
    () => new Variable(tensor([1]), { trainable: true } as never),
    /Variable: there is no option trainable; there are name, requiresGrad/,
  ],
];

const numbers: Case[] = [
  ["topk(x, 1.5)", () => T.topk(x(), 1.5), /topk: k = 1\.5 must be an integer/],
  ["topk(x, -1)", () => T.topk(x(), -1), /topk: k = -1/],
  ["topk(x, NaN)", () => T.topk(x(), NaN), /topk: k = NaN/],
  ["cdist(x, x, { p: NaN })", () => T.cdist(x(), x(), { p: NaN }), /cdist: p NaN must be at least 0/],
  ["cdist(x, x, { p: -1 })", () => T.cdist(x(), x(), { p: -1 }), /cdist: p -1/],
  ["norm(x, { p: NaN })", () => T.norm(x(), { p: NaN }), /norm: p NaN must be a number/],
  ["norm(x, { p: 'fro' })", () => T.norm(x(), { p: "fro" as never }), /norm: p fro must be a number/],
  ["variance(x, { correction: NaN })", () => T.variance(x(), { correction: NaN }), /variance: correction NaN must be/],
  ["std(x, { correction: Infinity })", () => T.std(x(), { correction: Infinity }), /std: correction Infinity must be/],
  ["clamp(x, {})", () => T.clamp(x(), {}), /clamp: give min, max or both/],
  ["clamp(x, { minimum })", () => T.clamp(x(), { minimum: 0 } as never), /clamp: give min, max or both/],
  ["clamp(x, { min: NaN })", () => T.clamp(x(), { min: NaN }), /clamp: a bound is NaN/],
  ["clamp(x, { min, max: NaN })", () => T.clamp(x(), { min: 0, max: NaN }), /clamp: a bound is NaN/],
];

const programs: Case[] = [
  ["compile(f, { static: [0.5] })", () => compile(() => 1, { static: [0.5] }), /compile: static position 0\.5/],
  ["compile(f, { static: [-1] })", () => compile(() => 1, { static: [-1] }), /compile: static position -1 must be an/],
  ["compile(f, { static: 1 })", () => compile(() => 1, { static: 1 as never }), /compile: static must be an array/],
  ["compile(f, { states })", () => compile(() => 1, { states: [] } as never), /compile: there is no option states/],
  ["compile(f, [v])", () => compile(() => 1, [new Variable(of([1]))] as never), /compile: there is no option 0/],
  ["compile(f, { state: {} })", () => compile(() => 1, { state: {} as never }), /compile: the state must be a list/],
  ["compile(f, { state: [x] })", () => compile(() => 1, { state: [x()] as never }), /compile: the state holds/],
  [
    "compile(f, { state: [null] })",
    () => compile(() => 1, { state: [null] as never }),
    /compile: the state holds null/,
  ],
  ["compile(3)", () => compile(3 as never), /compile: 3 is no function/],
];

describe.each([
  ["shapes", shapes],
  ["creation", creation],
  ["numbers", numbers],
  ["programs", programs],
])("arguments of %s are refused where they are said", (_, cases) => {
  it.each(cases)("%s", (__, f, message) => expect(f).toThrow(message));
});

describe("devices", () => {
  afterEach(() => setBackend(reference()));

  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /setBackend: the backend is undefined; give one such as cpu\(\)/],
    ["a function", reference, /setBackend: the backend is a function, which makes one when it is called/],
    ["a promise", Promise.resolve(reference()), /setBackend: the backend is \[object Promise\].* await webgpu\(\)/],
    ["a name", "cpu", /setBackend: the backend is cpu/],
    ["an object", {}, /setBackend: the backend is \[object Object\]/],
  ])("setBackend refuses %s", (_, value, message) => {
    const before = T.getBackend();
    expect(() => setBackend(value as never)).toThrow(message);
    expect(T.getBackend()).toBe(before);
  });

  it("setBackend takes null, and `to` only devices", async () => {
    setBackend(null);
    expect(T.getBackend()).toBeNull();
    await expect(tensor([1]).to(undefined as never)).rejects.toThrow(/to: the backend is undefined/);
    await expect(tensor([1]).to("webgpu" as never)).rejects.toThrow(/to: the backend is webgpu/);
  });
});

describe("what stays allowed", () => {
  it.each<[string, () => Tensor, readonly number[]]>([
    ["tile by 0", () => T.tile(of([1, 2]), [0]), []],
    ["tile by nothing", () => T.tile(of([1, 2]), []), [1, 2]],
    ["repeatInterleave by 0", () => T.repeatInterleave(of([1, 2]), 0, 0), []],
    ["expand with -1", () => T.expand(of([1, 2]), [1, -1]), [1, 2]],
    ["split with an empty part", () => T.split(of([1, 2]), [0, 2])[1], [1, 2]],
    ["roll backwards by more than the axis", () => T.roll(of([1, 2, 3]), -4), [2, 3, 1]],
    ["eye of nothing", () => T.eye(0), []],
    ["linspace of nothing", () => T.linspace(0, 1, 0), []],
    ["full of NaN", () => T.full([2], NaN), [NaN, NaN]],
    ["clamp with min above max gives max", () => T.clamp(of([-5, 0, 5]), { min: 3, max: 1 }), [1, 1, 1]],
    ["clamp with infinite bounds", () => T.clamp(of([-5, 5]), { min: -Infinity, max: Infinity }), [-5, 5]],
    ["norm of a negative order", () => T.norm(of([1, 2]), { p: -1 }), [Math.fround(1 / 1.5)]],
    ["a fractional correction", () => T.variance(of([0, 2, 4]), { correction: 1.5 }), [Math.fround(8 / 1.5)]],
    ["a diagonal beyond the matrix", () => T.tril(of([1, 2], [1, 2]), -9), [0, 0]],
  ])("%s", async (_, f, want) => expect(await elements(f())).toEqual(want));

  it("options that are undefined count as left out", async () => {
    const t = tensor([1, 2], { dtype: undefined, shape: undefined, backend: undefined, requiresGrad: undefined });
    expect(await elements(t)).toEqual([1, 2]);
  });

  it("a state that can be iterated once", async () => {
    const count = new Variable(of([0]));
    const once = function* (): Generator<Variable> {
      yield count;
    };
    const step = compile(() => count.assign(T.add(count, 1)), { state: once() });
    for (let i = 0; i < 5; i++) await step();
    expect(await elements(count)).toEqual([5]);
  });

  it("elements by index, counted from either end", async () => {
    expect(await of([1, 2, 3]).at(-1)).toBe(3);
    await expect(of([1, 2, 3]).at(3)).rejects.toThrow(/at: axis 0: index 3 must be an integer from -3 to 2/);
    await expect(of([1, 2, 3]).at(0.5)).rejects.toThrow(/at: axis 0: index 0\.5/);
    await expect(of([1, 2, 3]).at(NaN)).rejects.toThrow(/at: axis 0: index NaN/);
    await expect(of([1, 2, 3]).at()).rejects.toThrow(/at: 0 indices for shape \[3\]/);
  });
});
