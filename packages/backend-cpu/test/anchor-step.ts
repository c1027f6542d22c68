import { hostArray, type DType, type GraphNodeOf, type Step, type TypedArray } from "@minima/tensor";
import { expect } from "vitest";
import { basics } from "../src/kernel-sets/basics.ts";
import { convolutions } from "../src/kernel-sets/convolutions.ts";
import { sorting } from "../src/kernel-sets/sorting.ts";
import { CpuMemory } from "../src/memory/memory.ts";
import { StepCompiler } from "../src/step-compiler.ts";
import { Kernels } from "../src/threads/kernels.ts";
import type { ThreadPool } from "../src/threads/pool.ts";
import { contiguous, evaluateReference, runStep, sizeOf, type Operand } from "./anchor-runner.ts";
import { serialPool } from "./serial-pool.ts";

const memory = new CpuMemory();
const kernels = new Kernels(memory);
const anchors = compilerOf(memory, kernels, null);
const dividedAnchors = compilerOf(memory, kernels, serialPool);

function compilerOf(memory: CpuMemory, kernels: Kernels, pool: ThreadPool | null): StepCompiler {
  const options = { relaxed: false, wide: false, shared: false };
  return new StepCompiler([basics, convolutions, sorting], { memory, kernels, pool, options });
}

/** A node of one of the kinds that become anchors other than products and convolutions, without its inputs. */
export type AnchorNode = {
  [K in Kind]: Pick<GraphNodeOf<K>, "kind" | "attributes" | "shape" | "dtype">;
}[Kind];
type Kind = "poolIndex" | "avgPool" | "argReduce" | "scan" | "gather" | "scatterAdd" | "argsort";

function stepOf(node: AnchorNode, operands: readonly Operand[]): Step {
  const slots = operands.map((operand, slot) => contiguous(slot, operand));
  const [input, second] = slots;
  const output = slots[slots.length - 1];
  switch (node.kind) {
    case "poolIndex":
      return { kind: "poolIndex", attributes: node.attributes, input, output };
    case "avgPool":
      return { kind: "avgPool", attributes: node.attributes, input, output };
    case "argReduce":
      return { kind: "argReduce", reduce: node.attributes.kind, axis: node.attributes.axis, input, output };
    case "scan":
      return { kind: "scan", attributes: node.attributes, input, output };
    case "gather":
      return { kind: "gather", axis: node.attributes.axis, input, index: second, output };
    case "scatterAdd":
      return { kind: "scatterAdd", axis: node.attributes.axis, index: input, source: second, output };
    case "argsort":
      return { kind: "argsort", ...node.attributes, input, output };
  }
}

interface RunOptions {
  /** Cuts the work as several threads would. */
  readonly divided?: boolean;
  readonly memory?: CpuMemory;
}

/** The result of the kernel. */
export function runAnchor(node: AnchorNode, inputs: readonly Operand[], options: RunOptions = {}): TypedArray {
  const output = { shape: node.shape, dtype: node.dtype, values: hostArray(node.dtype, sizeOf(node.shape)) };
  const operands = [...inputs, output];
  const step = stepOf(node, operands);
  if (options.memory !== undefined) {
    const own = compilerOf(options.memory, new Kernels(options.memory), null);
    return runStep(options.memory, own.compile(step), operands);
  }
  return runStep(memory, (options.divided === true ? dividedAnchors : anchors).compile(step), operands);
}

/** Compares the kernel with the reference: equal values (NaN with NaN, 0 with -0), or floats within `tolerance`. */
export function checkAnchor(node: AnchorNode, inputs: readonly Operand[], tolerance = 0): void {
  const result = runAnchor(node, inputs);
  const expected = evaluateReference(node, inputs);
  const wrong = expected.findIndex((value, i) => {
    if (result[i] === value || (Number.isNaN(value) && Number.isNaN(result[i]))) return false;
    return !(Math.abs(result[i] - value) <= tolerance * Math.max(1, Math.abs(value)));
  });
  if (wrong >= 0) {
    const shapes = inputs.map(({ shape, dtype }) => `${dtype} ${shape.join("x")}`).join(", ");
    expect.fail(
      `${node.kind} ${JSON.stringify(node.attributes)} of ${shapes}: element ${wrong} is ${result[wrong]}, ` +
        `expected ${expected[wrong]}`,
    );
  }
}

/** An operand with a value for each position. */
export function operandOf(shape: readonly number[], dtype: DType, value: (position: number) => number): Operand {
  const values = hostArray(dtype, sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return { shape, dtype, values };
}
