import { describe, expect, it } from "vitest";
import { ByteWriter } from "../src/wasm/byte-writer.ts";
import { call, f32, f64, i32, i64, ModuleBuilder, select, v128, type Label } from "../src/wasm/index.ts";
import { instantiate, withMemory } from "./wasm-kit.ts";

describe("functions", () => {
  it("computes in loops, with branches and calls", () => {
    const module = withMemory();
    const note = module.importFunction("env", { name: "note", parameters: { x: "i32" } });
    const factorial = module.function({ name: "factorial", parameters: { n: "i32" }, result: "i64" }, (f, { n }) => {
      const product = f.let(i64.const(1n));
      f.while(i32.gt_s(n, 1), () => {
        f.set(product, i64.mul(product, i64.extend_i32_u(n))).increment(n, -1);
      });
      return product;
    });
    module.function({ name: "run", parameters: { n: "i32" }, result: "f64", exported: true }, (f, { n }) => {
      f.block((leave) => {
        f.branchIf(leave, i32.lt_s(n, 10));
        f.call(note, { x: n });
      });
      return f64.convert_i64_s(call(factorial, { n }));
    });
    const notes: unknown[] = [];
    const { exports } = instantiate(module, { note: (x) => void notes.push(x) });
    expect([exports.run(5), exports.run(15), exports.run(0)]).toEqual([120, 1307674368000, 1]);
    expect(notes).toEqual([15]);
  });

  it.each([
    [0, 10, 3, [0, 3, 6, 9]],
    [0, 9, 3, [0, 3, 6]],
    [4, 4, 1, []],
    [-3, 0, 1, [-3, -2, -1]],
    [5, -5, 1, []],
  ])("forRange from %i to %i by %i", (from, to, step, expected) => {
    const module = new ModuleBuilder();
    const note = module.importFunction("env", { name: "note", parameters: { x: "i32" } });
    const parameters = { from: "i32", to: "i32", step: "i32" } as const;
    module.function({ name: "run", parameters, exported: true }, (f, p) => {
      f.forRange(p, (index) => {
        f.call(note, { x: index });
        // Bounds are taken once, before the loop.
        f.set(p.to, 1000).set(p.step, 1000);
      });
    });
    const notes: unknown[] = [];
    instantiate(module, { note: (x) => void notes.push(x) }).exports.run(from, to, step);
    expect(notes).toEqual(expected);
  });

  it("chooses by if, select and return", () => {
    const module = new ModuleBuilder();
    module.function({ name: "sign", parameters: { x: "f32" }, result: "i32", exported: true }, (f, { x }) => {
      const result = f.local("i32");
      f.if(f32.ne(x, x), () => f.return(i32.const(99)));
      f.if(
        f32.le(x, 0),
        () => f.set(result, select(f32.eq(x, 0), i32.const(0), -1)),
        () => f.set(result, 1),
      );
      return result;
    });
    module.function({ name: "trap", parameters: {}, exported: true }, (f) => void f.unreachable());
    const { exports } = instantiate(module);
    expect([-2, 3, 0, NaN].map((x) => exports.sign(x))).toEqual([-1, 1, 0, 99]);
    expect(() => exports.trap()).toThrow(WebAssembly.RuntimeError);
  });

  it("fills memory", () => {
    const module = withMemory();
    module.function({ name: "run", parameters: {}, exported: true }, (f) => {
      f.fillMemory(2, 7, 3);
    });
    const { memory, exports } = instantiate(module);
    exports.run();
    expect([...new Uint8Array(memory.buffer, 0, 8)]).toEqual([0, 0, 7, 7, 7, 0, 0, 0]);
  });

  it("shows names in stack traces", () => {
    const module = new ModuleBuilder();
    const inner = module.function({ name: "theInnerOne", parameters: {} }, (f) => void f.unreachable());
    module.function({ name: "outer", parameters: {}, exported: true }, (f) => void f.call(inner, {}));
    const { exports } = instantiate(module);
    let stack = "";
    try {
      exports.outer();
    } catch (error) {
      stack = String((error as Error).stack);
    }
    expect(stack).toContain("theInnerOne");
  });

  it("rejects misuse when the code is written", () => {
    const module = new ModuleBuilder();
    const parameters = { x: "i32" } as const;
    const other = module.function({ name: "other", parameters, result: "i32" }, (f, { x }) => {
      let closed: Label | undefined;
      f.block((label) => void (closed = label));
      expect(() => f.branch(closed!)).toThrow("does not enclose");
      module.function({ name: "nested", parameters, result: "i32" }, (g) => {
        expect(() => g.increment(x, 1)).toThrow("does not belong to");
        return i32.const(0);
      });
      // @ts-expect-error -- an operand of another type
      expect(() => i32.add(x, f32.const(1))).toThrow("expected a WebAssembly operand of type i32, got f32");
      // @ts-expect-error -- an operand is missing
      expect(() => i32.add(x)).toThrow("i32.add takes 2 operands, got 1");
      expect(() => v128.load(x, -1).emit(new ByteWriter())).toThrow();
      return x;
    });
    // @ts-expect-error -- an argument is missing
    expect(() => call(other, {})).toThrow('the call of other lacks the argument "x"');
    // @ts-expect-error -- no such instruction
    expect(i32.addd).toBeUndefined();
    expect(() => module.importFunction("env", { name: "late", parameters: {} })).toThrow("before defining");
    const signature = { name: "f", parameters: {}, result: "i32" } as const;
    // @ts-expect-error -- the result has another type
    expect(() => module.function(signature, () => f32.const(1))).toThrow("the body of f must return i32, got f32");
  });
});
