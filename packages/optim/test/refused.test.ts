import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { ValueError, Variable, compile, mul, reference, setBackend, sum, tensor } from "@minima/tensor";
import { Adam, type AdamOptions, AdamW, type Optimizer, SGD, type SGDOptions } from "../src/index.ts";

beforeEach(() => setBackend(reference()));

const weight = (name = "w"): Variable => new Variable(tensor([1, 2]), { name, requiresGrad: true });
const sgd = (options: Partial<SGDOptions> = {}): SGD => new SGD([weight()], { lr: 0.1, ...options });
const adam = (options: Partial<AdamOptions> = {}): Adam => new Adam([weight()], options);

const hyperParameters: [string, (() => unknown), RegExp][] = [
  ["lr NaN", () => sgd({ lr: NaN }), /SGD: lr NaN must lie in \[0, Infinity\)/],
  ["lr below 0", () => sgd({ lr: -1 }), /SGD: lr -1/],
  ["lr infinite", () => sgd({ lr: Infinity }), /SGD: lr Infinity/],
  ["lr as text", () => sgd({ lr: "0.1" as never }), /SGD: lr 0\.1 must lie in/],
  ["no lr", () => new SGD([weight()], {} as never), /SGD: lr undefined/],
  ["no options", () => new SGD([weight()], undefined as never), /SGD: the options are one object, not undefined/],
  ["a number for options", () => new SGD([weight()], 0.1 as never), /SGD: the options are one object, not 0\.1; there are lr, mom/],
  ["momentum NaN", () => sgd({ momentum: NaN }), /SGD: momentum NaN/],
  ["momentum below 0", () => sgd({ momentum: -0.9 }), /SGD: momentum -0\.9/],
  ["dampening NaN", () => sgd({ momentum: 0.9, dampening: NaN }), /SGD: dampening NaN/],
  ["dampening above 1", () => sgd({ momentum: 0.9, dampening: 2 }), /SGD: dampening 2 must lie in \[0, 1\]/],
  ["weightDecay NaN", () => sgd({ weightDecay: NaN }), /SGD: weightDecay NaN/],
  ["weightDecay below 0", () => sgd({ weightDecay: -1 }), /SGD: weightDecay -1/],
  ["nesterov without momentum", () => sgd({ nesterov: true }), /SGD: momentum \(for nesterov\) 0/],
  ["nesterov with dampening", () => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }), /dampening \(for nesterov\) 0\.1/],
  ["nesterov as a number", () => sgd({ nesterov: 1 as never }), /SGD: nesterov 1 must be true or false/],
  ["maximize as text", () => sgd({ maximize: "no" as never }), /SGD: maximize no must be true or false/],
  ["an option of another optimizer", () => sgd({ betas: [0.9, 0.9] } as never), /SGD: there is no option betas; there are lr, momentum, dampening/],
  ["an option in snake case", () => sgd({ weight_decay: 1 } as never), /SGD: there is no option weight_decay/],
  ["lr NaN of Adam", () => adam({ lr: NaN }), /Adam: lr NaN/],
  ["eps NaN", () => adam({ eps: NaN }), /Adam: eps NaN/],
  ["eps of AdamW below 0", () => new AdamW([weight()], { eps: -1 }), /AdamW: eps -1/],
  ["betas up to 1", () => adam({ betas: [0.9, 1] }), /Adam: betas 1/],
  ["betas below 0", () => adam({ betas: [-0.1, 0.9] }), /Adam: betas -0\.1/],
  ["betas NaN", () => adam({ betas: [NaN, 0.9] }), /Adam: betas NaN/],
  ["one beta", () => adam({ betas: [0.9] as never }), /Adam: betas 0\.9 must be two numbers/],
  ["betas that are a number", () => adam({ betas: 0.9 as never }), /Adam: betas 0\.9 must be two numbers/],
  ["amsgrad as text", () => adam({ amsgrad: "yes" as never }), /Adam: amsgrad yes must be true or false/],
  ["momentum of AdamW", () => new AdamW([weight()], { momentum: 0.9 } as never), /AdamW: there is no option momentum/],
  ["weightDecay NaN of AdamW", () => new AdamW([weight()], { weightDecay: NaN }), /AdamW: weightDecay NaN/],
]; // prettier-ignore

const w = weight("layer.weight");
const parameters: [string, unknown, RegExp][] = [
  ["none", [], /SGD: give at least one parameter/],
  ["groups without any", [{ parameters: [] }], /SGD: give at least one parameter/],
  ["undefined", undefined, /SGD: the parameters must be a list, such as model\.parameters\(\), not undefined/],
  ["one variable", w, /SGD: the parameters must be a list/],
  ["a module", { forward: () => w, parameters: () => [w] }, /SGD: the parameters must be a list/],
  ["one twice", [w, weight(), w], /SGD: parameter 2, layer\.weight, is parameter 0 again; give each parameter once/],
  ["one in two groups", [{ parameters: [w] }, { parameters: [weight(), w] }], /SGD: parameter 1 of group 1, layer\.weight, is parameter 0 of group 0 again/],
  ["a tensor", [tensor([1])], /SGD: parameter 0 is .*; optimizers take variables, or groups/],
  ["undefined among them", [w, undefined], /SGD: parameter 1 is undefined; optimizers take variables/],
  ["a number", [3], /SGD: parameter 0 is 3/],
  ["no gradients", [new Variable(tensor([1]))], /SGD: no parameter requires a gradient; make them with/],
  ["a variable among groups", [{ parameters: [w] }, weight()], /SGD: group 1 is a variable; give variables alone, or groups alone/],
  ["a function as a group's", [{ parameters: () => [w] }], /SGD: the parameters of group 0 must be a list/],
  ["an option of a group that is none", [{ parameters: [w], learningRate: 1 }], /SGD: group 0: there is no option learningRate; there are lr/],
  ["a bad option of a group", [{ parameters: [w], lr: NaN }], /SGD: lr NaN/],
]; // prettier-ignore

describe("optimizers refuse at once", () => {
  it.each(hyperParameters)("%s", (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(ValueError);
  });

  it.each(parameters)("as parameters: %s", (_, given, message) => {
    const make = (): unknown => new SGD(given as Variable[], { lr: 0.1 });
    expect(make).toThrow(message);
    expect(make).toThrow(ValueError);
  });
});

describe("what is set later", () => {
  it.each<[string, (optimizer: SGD) => void, RegExp]>([
    ["lr", (optimizer) => (optimizer.lr = NaN), /SGD: lr NaN/],
    ["lr of a group", ({ groups }) => (groups[0].lr = -1), /SGD: lr -1/],
    ["momentum", ({ groups }) => (groups[0].momentum = Infinity), /SGD: momentum Infinity/],
    ["what goes with another option only", ({ groups }) => (groups[0].nesterov = true), /momentum \(for nesterov\)/],
    ["a flag", ({ groups }) => (groups[0].maximize = undefined as never), /SGD: maximize undefined/],
  ])("is refused, and changes nothing: %s", (_, set, message) => {
    const optimizer = sgd();
    const before = { ...optimizer.groups[0] };
    expect(() => set(optimizer)).toThrow(message);
    expect({ ...optimizer.groups[0] }).toEqual(before);
  });

  it("is no option that does not exist, and no part of a list", () => {
    const { groups } = adam();
    expect(() => Object.assign(groups[0], { learningRate: 1 })).toThrow(TypeError);
    expect(() => Object.assign(groups[0].betas, [2])).toThrow(TypeError);
  });

  it("takes part from the next step on", async () => {
    const v = weight();
    const optimizer = new SGD([v], { lr: 1 });
    const step = async (): Promise<number> => {
      optimizer.zeroGrad();
      sum(v).backward();
      await optimizer.step();
      return v.at(0);
    };
    expect(await step()).toBe(0);
    optimizer.groups[0].momentum = 0.5;
    expect([await step(), await step()]).toEqual([-1, -2.5]);
    optimizer.groups[0].momentum = 0;
    expect(await step()).toBe(-3.5);
    optimizer.lr = 2;
    expect(await step()).toBe(-5.5);
  });

  it("amsgrad may be turned on", async () => {
    const v = weight();
    const optimizer = new Adam([v], { lr: 0.1 });
    optimizer.groups[0].amsgrad = true;
    expect([...optimizer.variables()].map(({ name }) => name)).toEqual(["w", "w.mean", "w.square", "w.largest"]);
    sum(mul(v, v)).backward();
    await optimizer.step();
    expect(await v.at(0)).toBeCloseTo(0.9, 5);
  });

  it("what was found is known to a compiled step", async () => {
    const v = weight();
    const optimizer = new SGD([v], { lr: 1 });
    const step = compile(
      () => {
        optimizer.zeroGrad();
        sum(v).backward();
        void optimizer.step();
      },
      { state: [optimizer] },
    );
    await step();
    optimizer.lr = 0.5;
    for (let i = 0; i < 4; i++) await step();
    expect(await v.at(0)).toBe(-2);
  });
});

describe("what stays allowed", () => {
  it.each<[string, () => Optimizer<{ lr: number }>]>([
    ["options that are undefined", () => new SGD([weight()], { lr: 0.1, momentum: undefined as never })],
    ["options of groups that are undefined", () => new Adam([{ parameters: [weight()], eps: undefined as never }], {})],
    ["lr 0", () => sgd({ lr: 0 })],
    ["betas 0", () => adam({ betas: [0, 0] })],
    ["an empty group beside another", () => new Adam([{ parameters: [] }, { parameters: [weight()] }])],
    ["what can be iterated once", () => new Adam([weight(), weight()].values())],
  ])("%s", async (_, make) => {
    const optimizer = make();
    const [v] = optimizer.variables();
    sum(v).backward();
    await optimizer.step();
    expect(Number.isFinite(await v.at(0))).toBe(true);
  });

  it("parameters that require no gradient, which are left alone", async () => {
    const [v, frozen] = [weight(), new Variable(tensor([5]))];
    const optimizer = new Adam([v, frozen], { weightDecay: 0.1 });
    expect(optimizer.groups[0].parameters).toEqual([v, frozen]);
    sum(mul(v, frozen)).backward();
    await optimizer.step();
    optimizer.zeroGrad();
    expect(await frozen.item()).toBe(5);
  });
});
