import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeSafetensors } from "@minima/tensor/safetensors";
import type { HostTensor } from "@minima/tensor/safetensors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixtures, hasFixtures, hasMnist, mnist, moreFixtures, runConformance as run } from "./run-conformance.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "conformance-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const float = (shape: number[], ...data: number[]): HostTensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

interface Case {
  readonly name: string;
  readonly op: string;
  readonly config?: Record<string, unknown>;
  readonly inputs: readonly string[];
  readonly grads?: Record<string, string>;
  readonly tensors: Record<string, HostTensor>;
}

/** Writes a group of cases with one output each. */
function write(
  group: string,
  cases: readonly Case[],
  change: (manifest: Record<string, unknown>) => unknown = (m) => m,
) {
  const tensors = new Map<string, HostTensor>();
  const entries = cases.map(({ name, op, config = {}, inputs, grads = {}, tensors: own }) => {
    for (const [role, tensor] of Object.entries(own)) tensors.set(`${name}/${role}`, tensor);
    return {
      ...{ name, op, kind: group, config, inputs, params: [], output: "out", outputs: ["out"], grads },
      grad_outputs: "w" in own ? { out: "w" } : {},
      tolerance: { rtol: 1e-5, atol: 1e-6 },
    };
  });
  const manifest = change({ group, n_cases: cases.length, cases: entries });
  writeFileSync(path.join(folder, `${group}.json`), JSON.stringify(manifest));
  writeFileSync(path.join(folder, `${group}.safetensors`), encodeSafetensors(tensors));
}

const product: Case = {
  name: "right",
  op: "mul",
  inputs: ["in0", "in1"],
  grads: { in0: "grad_in0", in1: "grad_in1" },
  tensors: {
    in0: float([2, 2], 1, 2, 3, Infinity),
    in1: float([2], 10, -2),
    w: float([2, 2], 1, 0.5, 2, 0),
    out: float([2, 2], 10, -4, 30, -Infinity),
    grad_in0: float([2, 2], 10, -1, 20, 0),
    grad_in1: float([2], 7, NaN),
  },
};
const comparison: Case = {
  name: "booleans",
  op: "lt",
  inputs: ["in0", "in1"],
  tensors: {
    in0: float([3], 1, 2, NaN),
    in1: float([], 2),
    out: { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 0) },
  },
};
const constant: Case = {
  name: "independent",
  op: "sign",
  inputs: ["in0"],
  grads: { in0: "grad_in0" },
  tensors: { in0: float([2], -3, 4), out: float([2], -1, 1), w: float([2], 1, 1), grad_in0: float([2], 0, 0) },
};
const wrongOutput: Case = {
  name: "wrong output",
  op: "neg",
  inputs: ["in0"],
  tensors: { in0: float([1, 3], 1, 2, 3), out: float([1, 3], -1, -2.5, -3) },
};
const wrongGradient: Case = {
  ...constant,
  name: "wrong gradient",
  op: "square",
  tensors: { ...constant.tensors, out: float([2], 9, 16), grad_in0: float([2], -6, -8) },
};
const throwing: Case = { ...product, name: "throws", tensors: { ...product.tensors, in1: float([3], 1, 2, 3) } };
const unknownOperation: Case = { ...wrongOutput, name: "unknown operation", op: "warp" };
const unknownKey: Case = { ...constant, name: "unknown key", config: { rounding: "up" } };
const unknownFormula: Case = { ...constant, name: "unknown formula", config: { expr: "sign(x) ** 3" } };

describe("a folder of fixtures", () => {
  it("passes what is right, fails what is wrong, and never passes what it does not know", async () => {
    write("ops", [
      ...[product, comparison, constant, wrongOutput, wrongGradient, throwing],
      ...[unknownOperation, unknownKey, unknownFormula],
    ]);
    const json = path.join(folder, "results.json");
    const { code, lines, errors } = await run("--fixtures", folder, "--backend", "reference", "--json", json);
    expect(errors).toEqual([]);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^ops: 3 passed, 3 failed, 3 unsupported \(/);
    expect(lines.slice(1, 3)).toEqual([
      "  failed wrong output: out: 1 of 3 elements differ, worst at [0, 1]: got -2, want -2.5, error 0.500, allowed 0.0000260",
      "  failed wrong gradient: grad_in0: 1 of 2 elements differ, worst at [1]: got 8, want -8, error 16.0, allowed 0.0000810",
    ]);
    expect(lines[3]).toMatch(/^ {2}failed throws: error: mul: shapes \[2, 2\] and \[3\]/);
    expect(lines.slice(4)).toEqual([
      "  unsupported unknown operation: the runner does not know the operation warp",
      '  unsupported unknown key: the runner does not know config rounding="up" here',
      "  unsupported unknown formula: the runner does not know the formula sign(x) ** 3",
      "3 passed, 3 failed, 3 unsupported",
    ]);
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report).toMatchObject({ backend: "reference", passed: 3, failed: 3, unsupported: 3 });
    expect(report.groups[0].cases[0]).toEqual({ name: "right", op: "mul", status: "passed" });
    expect(readdirSync(folder).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  it("exits 0 if all cases that it ran passed", async () => {
    write("ops", [product, wrongOutput]);
    const { code, lines } = await run("--fixtures", folder, "--backend", "reference", "--filter", "^right$");
    expect(lines.at(-1)).toBe("1 passed, 0 failed, 0 unsupported");
    expect(code).toBe(0);
  });

  it("runs every nth case of those that the filter leaves", async () => {
    const named = ["first", "second", "left out", "third"].map((name) => ({ ...product, name }));
    write("ops", named);
    const json = path.join(folder, "results.json");
    const choice = ["--filter", "first|second|third", "--every", "2", "--json", json];
    await run("--fixtures", folder, "--backend", "reference", ...choice);
    const { cases } = JSON.parse(readFileSync(json, "utf8")).groups[0];
    expect(cases.map(({ name }: { name: string }) => name)).toEqual(["first", "third"]);
  });

  it("counts a case as unsupported even if that is all there is", async () => {
    write("losses", [unknownOperation]);
    const { code, lines } = await run("--fixtures", folder, "--backend", "reference", "--groups", "losses");
    expect(lines.at(-1)).toBe("0 passed, 0 failed, 1 unsupported");
    expect(code).toBe(1);
  });
});

describe("bad usage", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["no fixtures", [], /^conformance: --fixtures DIR is missing/],
    ["an unknown option", ["--fixture", "x"], /Unknown option '--fixture'/],
    ["an option without its value", ["--fixtures"], /argument missing/],
    ["an argument too many", ["--fixtures", ".", "ops"], /Unexpected argument 'ops'/],
    ["an unknown group", ["--fixtures", ".", "--groups", "ops,opps"], /--groups: "opps" is not one of ops, layers/],
    ["an unknown backend", ["--fixtures", ".", "--backend", "gpu"], /--backend: "gpu" is not one of reference, cpu/],
    ["a filter that is no pattern", ["--fixtures", ".", "--filter", "("], /--filter: Invalid regular expression/],
    ["a missing folder", ["--fixtures", "/nowhere/at all"], /fixtures folder \/nowhere\/at all does not exist/],
    ["every 0th case", ["--fixtures", ".", "--every", "0"], /--every: "0" is not a number of at least 1/],
    ["a missing data folder", ["--fixtures", ".", "--data", "/nowhere"], /--data: the folder \/nowhere does not exist/],
  ])("%s", async (_, args, message) => {
    const { code, lines, errors } = await run(...args);
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(errors[0]).not.toContain("\n");
  });

  const ops = () => path.join(folder, "ops.json");
  const swap = (manifest: Record<string, unknown>, key: string, value: unknown) => {
    const [first, ...rest] = manifest.cases as Record<string, unknown>[];
    return { ...manifest, cases: [{ ...first, [key]: value }, ...rest] };
  };
  it.each<[string, () => void, RegExp]>([
    ["no manifest", () => undefined, /there is no manifest in/],
    ["a manifest that is no JSON", () => writeFileSync(ops(), "{"), /ops\.json: malformed manifest: /],
    ["a manifest without cases", () => writeFileSync(ops(), "[]"), /there is no list `cases`/],
    [
      "a count that is wrong",
      () => write("ops", [product], (m) => ({ ...m, n_cases: 2 })),
      /n_cases is 2, but there are 1/,
    ],
    ["a name twice", () => write("ops", [product, product]), /the case name "right" stands twice/],
    [
      "a case without op",
      () => write("ops", [product], (m) => swap(m, "op", 3)),
      /case right: op must be a string, is 3/,
    ],
    [
      "inputs that are no list",
      () => write("ops", [product], (m) => swap(m, "inputs", "in0")),
      /inputs must be a list/,
    ],
    [
      "a role without tensor",
      () => write("ops", [product], (m) => swap(m, "inputs", ["in7"])),
      /no tensor "right\/in7"/,
    ],
    [
      "weights of no output",
      () => write("ops", [product], (m) => swap(m, "grad_outputs", { out9: "w" })),
      /grad_outputs names out9, which is not an output/,
    ],
    [
      "a tolerance that is missing",
      () => write("ops", [product], (m) => swap(m, "tolerance", { rtol: 0 })),
      /case right: tolerance\.atol must be a number/,
    ],
    [
      "tensors that are missing",
      () => {
        write("ops", [product]);
        rmSync(path.join(folder, "ops.safetensors"));
      },
      /cannot read .*ops\.safetensors/,
    ],
    [
      "tensors that are cut off",
      () => {
        write("ops", [product]);
        const file = path.join(folder, "ops.safetensors");
        writeFileSync(file, readFileSync(file).subarray(0, -3));
      },
      /ops\.safetensors: tensor ".*", byte \d+: .*cut off/,
    ],
  ])("%s", async (_, prepare, message) => {
    prepare();
    const { code, errors } = await run("--fixtures", folder, "--backend", "reference");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(code).toBe(2);
  });

  it("a filter that leaves nothing", async () => {
    write("ops", [product]);
    const { code, errors } = await run("--fixtures", folder, "--filter", "nothing");
    expect([code, errors]).toEqual([2, ["conformance: there are no cases to run"]]);
  });

  it("a group that the folder does not have", async () => {
    write("ops", [product]);
    const { code, errors } = await run("--fixtures", folder, "--groups", "ops,init");
    expect([code, errors]).toEqual([2, [`conformance: there is no init.json in ${folder}`]]);
  });

  it("results that cannot be written", async () => {
    write("ops", [comparison]);
    const json = path.join(folder, "no", "results.json");
    const { code, errors } = await run("--fixtures", folder, "--backend", "reference", "--json", json);
    expect(code).toBe(2);
    expect(errors[0]).toMatch(/cannot write .*results\.json: ENOENT/);
  });
});

describe.skipIf(!hasFixtures)("the shared fixtures", () => {
  it("have no operation, loss or optimizer that the runner does not know", async () => {
    const { lines } = await run("--fixtures", fixtures, "--backend", "reference", "--groups", "ops,losses,optim");
    expect(lines.filter((line) => line.includes("the runner does not"))).toEqual([]);
  });

  it.each([
    [fixtures, "ops,layers,losses,optim,schedules,init"],
    [moreFixtures, "ops,layers,losses,optim,schedules"],
  ])("have no case that fails: %s", async (folder, groups) => {
    const { lines } = await run("--fixtures", folder, "--backend", "reference", "--groups", groups);
    expect(lines.filter((line) => line.startsWith("  failed"))).toEqual([]);
  });

  it.each([fixtures, moreFixtures])("have no operation that is missing on the CPU: %s", async (folder) => {
    const { code, lines } = await run("--fixtures", folder, "--backend", "cpu", "--groups", "ops");
    expect(lines.filter((line) => line.startsWith("  "))).toEqual([]);
    expect(code).toBe(0);
  });

  it.skipIf(!hasMnist).each(["reference", "cpu"])("train to the same losses and logits on %s", async (backend) => {
    const e2e = ["--groups", "e2e", "--data", mnist, "--filter", "^mlp_"];
    const { code, lines } = await run("--fixtures", fixtures, "--backend", backend, ...e2e);
    expect(lines.filter((line) => line.startsWith("  "))).toEqual([]);
    expect(code).toBe(0);
  });
});
