import type { ConvAttributes, ConvStep, TypedArray } from "@minima/tensor";
import { expect } from "vitest";
import { ConvKernel } from "../src/conv/conv.ts";
import type { KernelOptions } from "../src/kernel-options.ts";
import { CpuMemory } from "../src/memory/memory.ts";
import { Kernels } from "../src/threads/kernels.ts";
import { contiguous, evaluateReference, runStep, sizeOf, type Operand } from "./anchor-runner.ts";
import { serialPool } from "./serial-pool.ts";
import { seeded } from "./seeded.ts";

export type Mode = ConvAttributes["mode"];
export const modes: readonly Mode[] = ["forward", "inputGradient", "filterGradient"];

/** A convolution: [batch, channels, spatial…], [outputs, kernel…], and what differs from the defaults. */
export interface ConvCase {
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly stride?: readonly number[];
  readonly dilation?: readonly number[];
  readonly padBefore?: readonly number[];
  readonly padAfter?: readonly number[];
  readonly groups?: number;
  /** Windows are computed together, so that each is as exact as the largest beside it. */
  readonly tiled?: boolean;
}

function complete({ x, filter, tiled: _, ...rest }: ConvCase) {
  const each = (value: number) => filter.slice(1).map(() => value);
  const attributes = { stride: each(1), dilation: each(1), padBefore: each(0), padAfter: each(0), groups: 1, ...rest };
  const { stride, dilation, padBefore, padAfter, groups } = attributes;
  const [outputs, ...kernel] = filter;
  const spatial = kernel.map((taps, axis) => {
    const covered = dilation[axis] * (taps - 1) + 1;
    return Math.floor((x[2 + axis] + padBefore[axis] + padAfter[axis] - covered) / stride[axis]) + 1;
  });
  const shapes = { x, filter: [outputs, x[1] / groups, ...kernel], y: [x[0], outputs, ...spatial] };
  return { attributes, shapes };
}

/** Whether there is a window at all. */
export function isValid(test: ConvCase): boolean {
  return (
    complete(test).shapes.y.every((extent) => extent >= 0) &&
    complete(test)
      .shapes.y.slice(2)
      .every((e) => e > 0)
  );
}

/** The operands and the step of a convolution with random values. */
function convStep(test: ConvCase, mode: Mode, seed = 1) {
  const { attributes, shapes } = complete(test);
  const { x, filter, y } = shapes;
  const order = mode === "forward" ? [x, filter, y] : mode === "inputGradient" ? [y, filter, x] : [x, y, filter];
  const random = seeded(seed);
  const operands = order.map((shape): Operand => {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1);
    return { shape, dtype: "float32", values };
  });
  const [a, b, output] = operands.map((operand, slot) => contiguous(slot, operand));
  const step: ConvStep = { kind: "conv", attributes: { mode, ...attributes }, a, b, output };
  return { step, operands };
}

const memories = new Map<boolean, { memory: CpuMemory; kernels: Kernels }>();

function memoryFor(shared: boolean) {
  let known = memories.get(shared);
  if (known === undefined) {
    const memory = new CpuMemory(shared);
    known = { memory, kernels: new Kernels(memory) };
    memories.set(shared, known);
  }
  return known;
}

interface RunOptions extends KernelOptions {
  readonly seed?: number;
  /** Cuts the work as several threads would. */
  readonly divided?: boolean;
  readonly memory?: CpuMemory;
}

/** The result of the kernel. */
export function runConv(options: RunOptions, test: ConvCase, mode: Mode): TypedArray {
  const { seed = 1, divided = false } = options;
  const { step, operands } = convStep(test, mode, seed);
  const { memory, kernels } =
    options.memory === undefined
      ? memoryFor(options.shared)
      : { memory: options.memory, kernels: new Kernels(options.memory) };
  const kernel = new ConvKernel({ memory, kernels, pool: divided ? serialPool : null, options });
  return runStep(memory, kernel.compile(step), operands);
}

/** Compares one convolution with the reference; each sum may be off by the rounding of its products and sums. */
export function checkConv(options: KernelOptions, test: ConvCase, mode: Mode, seed = 1): void {
  const { step, operands } = convStep(test, mode, seed);
  const result = runConv({ ...options, seed }, test, mode);
  const inputs = operands.slice(0, 2);
  const node = { ...operands[2], kind: "conv" as const, attributes: step.attributes };
  const expected = evaluateReference(node, inputs);
  const magnitudes = evaluateReference(
    node,
    inputs.map((operand) => ({ ...operand, values: operand.values.map(Math.abs) as Float32Array })),
  );
  const { x, filter, y } = complete(test).shapes;
  const terms =
    mode === "forward"
      ? sizeOf(filter.slice(1))
      : mode === "inputGradient"
        ? sizeOf(filter)
        : y[0] * sizeOf(y.slice(2));
  const largest = Array.from(magnitudes).reduce((most, each) => Math.max(most, each), 0);
  const wrong = expected.findIndex((value, i) => {
    const bound = (terms + 8) * 2 ** -24 * (test.tiled === true ? largest : magnitudes[i]);
    return !(Math.abs(result[i] - value) <= bound);
  });
  if (wrong >= 0) {
    expect.fail(
      `${mode} ${JSON.stringify(test)} (x ${x.join("x")}, y ${y.join("x")}): element ${wrong} is ${result[wrong]}, ` +
        `expected ${expected[wrong]}`,
    );
  }
}
