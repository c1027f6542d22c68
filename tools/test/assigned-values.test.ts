import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { collectGarbage } from "../src/testkit/collect-garbage.ts";
import {
  type Backend, type Compiled, StaleTensorError, type Tensor, TraceError, Variable, add, cast, compile, concat, cumsum, detach, expand,
  flip, full, mul, random, ones, pad, permute, reference, reshape, roll, run, setBackend, slice, squeeze, sum, tensor, update,
  zeros,
} from "@minima/tensor"; // prettier-ignore

/** A tensor has the value of the moment at which it was made, whatever is assigned, fails or moves later. */

const first = async (t: Tensor): Promise<number> => (await t.data())[0];

/** A backend that fails while it is told to. */
function failing(): { backend: Backend; fail: (isFailing: boolean) => void } {
  const inner = cpu({ threads: 1 });
  let isFailing = false;
  const submit: Backend["submit"] = (program, bindings) => {
    if (isFailing) throw new Error("on purpose");
    return inner.submit(program, bindings);
  };
  return { backend: { ...inner, submit }, fail: (now) => (isFailing = now) };
}

const increment = (v: Variable, by = 1): Promise<void> => update(() => v.assign(add(v, by)));

beforeEach(() => setBackend(cpu({ threads: 1 })));

/** Operations that change nothing for these arguments. */
const unchanging: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ["detach", (x) => detach(x)],
  ["concat", (x) => concat([x])],
  ["slice", (x) => slice(x, [[0, 2]])],
  ["permute", (x) => permute(x, [0])],
  ["flip", (x) => flip(x, [])],
  ["pad", (x) => pad(x, [0, 0])],
  ["roll", (x) => roll(x, 0)],
  ["reshape", (x) => reshape(x, [2])],
  ["cast", (x) => cast(x, "float32")],
  ["expand", (x) => expand(x, [2])],
  ["squeeze", (x) => squeeze(x)],
  ["sum over no axis", (x) => sum(x, { axis: [] })],
];

describe.each(unchanging)("%s of a variable", (_, operation) => {
  it("keeps its value when the variable is assigned", async () => {
    const v = new Variable(tensor([1, 2]));
    const before = operation(v);
    v.assign(add(v, 1));
    expect(await first(before)).toBe(1);
  });

  it("keeps it in a compiled function that assigns the variable, in place or not, and after more updates", async () => {
    for (const inPlace of [false, true]) {
      const v = new Variable(tensor([1, 2]), { inPlace });
      const step = compile(
        () => {
          const before = operation(v);
          v.assign(add(v, 1));
          return before;
        },
        { state: [v] },
      );
      const all: Tensor[] = [];
      for (let i = 0; i < 6; i++) all.push(await step());
      expect(await Promise.all(all.map(first))).toEqual([1, 2, 3, 4, 5, 6]);
      const given = compile((x: Tensor) => (v.assign(add(v, 1)), operation(x)), { state: [v] });
      for (let i = 7; i < 12; i++) expect(await first(await given(v))).toBe(i);
    }
  });
});

describe("calls that are not awaited", () => {
  it("of a compiled function take effect in their order, with arguments that still have to be computed", async () => {
    const v = new Variable(tensor([1]));
    const f = compile((x: Tensor) => v.assign(add(mul(v, 2), x)), { state: [v] });
    for (let i = 0; i < 4; i++) {
      v.assign(tensor([1]));
      await Promise.all([f(mul(tensor([1]), 1)), f(tensor([10]))]);
      expect(await first(v)).toBe(16);
    }
    const g = compile((x: Tensor) => mul(v, x), { state: [v] });
    v.assign(tensor([3]));
    const product = g(mul(tensor([2]), 1));
    v.assign(tensor([100]));
    expect(await first(await product)).toBe(6);
    v.assign(mul(v, 2));
    const call = f(tensor([1]));
    v.assign(add(v, 100));
    await call;
    expect(await first(v)).toBe(501);
  });
});

describe("an update that fails", () => {
  it("leaves what was assigned before it, also to others", async () => {
    const { backend, fail } = failing();
    setBackend(backend);
    const [v, average] = [new Variable(ones([9])), new Variable(zeros([9]))];
    await run(v, average);
    v.assign(add(v, 10));
    average.assign(add(average, v));
    fail(true);
    await expect(increment(v, 100)).rejects.toThrow("on purpose");
    fail(false);
    expect([await first(v), await first(average)]).toEqual([11, 11]);
    await v.to("int32");
    fail(true);
    await expect(increment(v)).rejects.toThrow("on purpose");
    fail(false);
    expect([v.dtype, await first(v)]).toEqual(["int32", 11]);
    average.assign(mul(average, 2));
    average.requiresGrad = true;
    fail(true);
    await expect(increment(average)).rejects.toThrow("on purpose");
    fail(false);
    expect([mul(average, 3).requiresGrad, await first(average)]).toEqual([true, 22]);
  });

  it("on one of two backends changes nothing on the other", async () => {
    const { backend, fail } = failing();
    const v = new Variable(ones([9]), { inPlace: true });
    await run(v);
    setBackend(backend);
    const other = new Variable(ones([9]), { inPlace: true });
    await run(other);
    fail(true);
    const both = (): Promise<void> =>
      update(() => {
        v.assign(add(v, 1));
        other.assign(add(other, 1));
      });
    await expect(both()).rejects.toThrow("on purpose");
    fail(false);
    expect([await first(v), await first(other)]).toEqual([1, 1]);
    await both();
    expect([await first(v), await first(other)]).toEqual([2, 2]);
  });

  it("takes back the updates inside it, and refuses compiled functions", async () => {
    const [v, w] = [new Variable(tensor([1])), new Variable(tensor([1]))];
    const broken = update(() => {
      void increment(w);
      throw new RangeError("on purpose");
    });
    await expect(broken).rejects.toThrow("on purpose");
    expect(await first(w)).toBe(1);
    await update(() => {
      void increment(w);
      v.assign(add(w, 1));
    });
    expect([await first(w), await first(v)]).toEqual([2, 3]);
    const f = compile(() => v.assign(add(v, 1)), { state: [v] });
    let call: Promise<unknown> = Promise.resolve();
    await update(() => {
      call = f();
      call.catch(() => undefined);
    });
    await expect(call).rejects.toThrow(/inside of update/);
  });
});

describe("an assignment that waits", () => {
  it("is made before a compiled function takes the value that it needs", async () => {
    const [v, average] = [new Variable(ones([9])), new Variable(zeros([9]))];
    await run(v, average);
    const step = compile(() => v.assign(add(v, 1)), { state: [v] });
    average.assign(add(average, v));
    for (let i = 0; i < 3; i++) await step();
    expect(await first(average)).toBe(1);
    await run();
  });

  it("and has lost what it needs, stands in nobody's way", async () => {
    const [v, average] = [new Variable(ones([200, 200])), new Variable(zeros([200, 200]), { name: "average" })];
    await run(v, average);
    const lost = mul(v, 2);
    for (let i = 0; i < 3; i++) await increment(v);
    average.assign(add(lost, v));
    for (let i = 0; i < 3; i++) await increment(v);
    expect(await first(v)).toBe(7);
    await expect(average.data()).rejects.toThrow(StaleTensorError);
    await expect(run()).rejects.toThrow(/average/);
    await run(); // said once
    expect(await first(average)).toBe(0);
  });

  it("leaves its value to snapshots of it", async () => {
    for (const inPlace of [false, true]) {
      const v = new Variable(ones([9]), { inPlace });
      await run(v);
      const snapshots: Tensor[] = [];
      for (let i = 0; i < 50; i++) {
        v.assign(add(v, 1));
        snapshots.push(v.value);
      }
      v.assign(add(v, 1));
      await run(v);
      for (let i = 0; i < 3; i++) await increment(v);
      expect(await Promise.all(snapshots.map(first))).toEqual(snapshots.map((_, i) => i + 2));
    }
  });
});

describe("a variable", () => {
  it("that is updated in place and gets a larger dtype takes new memory", async () => {
    const v = new Variable(ones([4096], { dtype: "uint8" }), { inPlace: true });
    const others = [0, 1, 2].map((i) => new Variable(full([1024], i)));
    await run(v, ...others);
    await v.to("float32");
    v.assign(cumsum(cumsum(v, 0), 0));
    await run(v);
    expect(await Promise.all(others.map(first))).toEqual([0, 1, 2]);
  });

  it("holds nothing on backends that it has left", async () => {
    const backends = [cpu({ threads: 1 }), cpu({ threads: 1 })];
    const v = new Variable(ones([1000]));
    for (let i = 0; i < 40; i++) {
      for (const backend of backends) {
        await v.to(backend);
        await increment(v);
      }
    }
    expect(await first(v)).toBe(81);
    for (const backend of backends) expect(backend.stats?.().buffers).toBeLessThan(30);
  });

  it("that nobody has run or holds is collected", async () => {
    const dropped: WeakRef<Variable>[] = [];
    for (let i = 0; i < 50; i++) {
      dropped.push(new WeakRef(new Variable(random.normal([10]))));
      await run(add(ones([3]), i));
    }
    await collectGarbage();
    expect(dropped.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(5);
    const held = new Variable(random.normal([10]));
    await run();
    expect(held.node.storage).not.toBe(null);
  });

  it("computed on the CPU is read by the reference", async () => {
    const x = add(ones([3]), 1);
    await run(x);
    setBackend(reference());
    expect(await first(mul(x, 2))).toBe(4);
  });
});

describe("compile", () => {
  it("records for each backend that arguments are on", async () => {
    const [a, b] = [cpu({ threads: 1 }), cpu({ threads: 1 })];
    setBackend(a);
    const v = new Variable(tensor([1, 1]));
    const f = compile((x: Tensor) => (v.assign(add(v, x)), add(x, 1)), { state: [v] });
    const [here, there] = [await tensor([1, 2]).to(a), await tensor([3, 4]).to(b)];
    for (let i = 0; i < 4; i++) await f(here);
    await expect(f(there)).rejects.toThrow(/another/);
    expect(await first(v)).toBe(5);
    const g = compile((x: Tensor) => add(x, 1));
    for (let i = 0; i < 4; i++) expect(await first(add(await g(here), here))).toBe(3);
    expect(await first(add(await g(there), there))).toBe(7);
  });

  let [v, w] = [new Variable(tensor([1])), new Variable(tensor([2]))];
  let isOther = false;
  const pick = <T>(a: T, b: T): T => (isOther ? b : a);
  type Function = (x: Tensor, y: Tensor, p: Tensor, q: Tensor) => unknown;
  it.each<[string, Function]>([
    ["which argument it reads", (x, y) => mul(pick(x, y), 2)],
    ["which number", (x, _, p, q) => mul(x, pick(p, q))],
    ["which variable", () => mul(pick(v, w), 2)],
    ["which variable it assigns", (x) => pick(v, w).assign(x)],
    ["which value", (x, y) => (v.assign(pick(x, y)), w.assign(pick(y, x)))],
    ["what it returns under which name", (x, y) => ({ a: pick(x, y), b: pick(y, x) })],
    ["the form of the result", (x) => pick<unknown>([mul(x, 2)], { a: mul(x, 2) })],
    ["a number in the result", (x) => [mul(x, 2), pick(1, 2)]],
  ])("notices a change of %s", async (_, fn) => {
    isOther = false;
    [v, w] = [new Variable(tensor([1])), new Variable(tensor([2]))];
    const f = compile(fn, { state: [v, w] });
    await f(tensor([1]), tensor([5]), 2, 3);
    isOther = true;
    await expect(f(tensor([1]), tensor([5]), 2, 3)).rejects.toThrow(TraceError);
  });

  it("notices variables that join the state", async () => {
    const list = [new Variable(tensor([1]))];
    const total = (): Tensor => list.map((each) => mul(each, 1)).reduce((a, b) => add(a, b));
    const f = compile(total, { state: [{ variables: () => list }] });
    for (let i = 0; i < 5; i++) expect(await first(await f())).toBe(1);
    list.push(new Variable(tensor([10])));
    expect(await first(await f())).toBe(11);
    list[0] = new Variable(tensor([100]));
    expect(await first(await f())).toBe(110);
  });

  it("says that functions call each other without end", async () => {
    const f: Compiled<[Tensor], Tensor> = compile((x: Tensor): Tensor => g.inline(x));
    const g: Compiled<[Tensor], Tensor> = compile((x: Tensor): Tensor => f.inline(x));
    await expect(f(tensor([1]))).rejects.toThrow(/calls itself without end/);
  });
});
