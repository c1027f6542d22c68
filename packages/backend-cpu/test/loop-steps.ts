import type { Access, Affine, DType, Instruction, LoopStep, Phase, Store } from "@minima/tensor";

/** Row-major strides of a shape. */
export function contiguous(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

export function load(
  slot: number,
  strides: readonly number[],
  options: { offset?: number; dtype?: DType; guard?: number } = {},
) {
  const { offset = 0, dtype = "float32", guard } = options;
  const access: Access = { slot, offset, strides, dtype };
  return { op: "load", ...access, ...(guard === undefined ? {} : { guard }) } satisfies Instruction;
}

export function store(
  slot: number,
  strides: readonly number[],
  value: number,
  options: { offset?: number; dtype?: DType } = {},
): Store {
  const { offset = 0, dtype = "float32" } = options;
  return { slot, offset, strides, dtype, value };
}

export function constant(value: number, dtype: DType = "float32"): Instruction {
  return { op: "constant", value, dtype };
}

export function phase(inner: boolean, parts: Partial<Omit<Phase, "inner">>): Phase {
  return { inner, reductions: [], stores: [], ...parts };
}

/** A step with one phase and no inner loops. */
export function elementwise(outer: readonly number[], instructions: Instruction[], stores: Store[]): LoopStep {
  return { kind: "loop", outer, inner: [], instructions, phases: [phase(false, { stores })] };
}

/** A step that folds instruction 0 over the inner loops and stores the result. */
export function reduction(
  kind: "sum" | "max" | "min" | "prod",
  outer: readonly number[],
  inner: readonly number[],
  source: Affine,
  dtype: DType = "float32",
  result: DType = dtype,
): LoopStep {
  const instructions: Instruction[] = [
    load(0, source.strides, { offset: source.offset, dtype }),
    { op: "reduced", id: 0, dtype: result },
  ];
  const strides = [...contiguous(outer), ...inner.map(() => 0)];
  return {
    kind: "loop",
    outer,
    inner,
    foldsRows: source.strides.at(-1) === 1,
    instructions,
    phases: [
      phase(true, { reductions: [{ id: 0, kind, value: 0, dtype: result }] }),
      phase(false, { stores: [store(1, strides, 1, { dtype: result })] }),
    ],
  };
}

/** An instruction on two float32 values. */
export function binary(op: "add" | "sub" | "mul" | "div" | "max" | "min", a: number, b: number): Instruction {
  return { op, dtype: "float32", a, b };
}

/** Softmax of each row: maximum, sum of exponentials, quotient. `strides` are those of rows and columns. */
export function softmax(rows: number, columns: number, strides: readonly [number, number]): LoopStep {
  const instructions: Instruction[] = [
    load(0, strides),
    { op: "reduced", id: 0, dtype: "float32" },
    binary("sub", 0, 1),
    { op: "exp", dtype: "float32", a: 2 },
    { op: "reduced", id: 1, dtype: "float32" },
    binary("div", 3, 4),
  ];
  return {
    kind: "loop",
    outer: [rows],
    inner: [columns],
    foldsRows: strides[1] === 1,
    instructions,
    phases: [
      phase(true, { reductions: [{ id: 0, kind: "max", value: 0, dtype: "float32" }] }),
      phase(true, { reductions: [{ id: 1, kind: "sum", value: 3, dtype: "float32" }] }),
      phase(true, { stores: [store(1, strides, 5)] }),
    ],
  };
}

/** (x - mean) / sqrt(variance + eps) · weight + bias over rows, and the means in a slot of their own. */
export function layerNorm(rows: number, columns: number): LoopStep {
  const reduced = (id: number): Instruction => ({ op: "reduced", id, dtype: "float32" });
  const instructions: Instruction[] = [
    load(0, [columns, 1]),
    reduced(0),
    constant(columns),
    binary("div", 1, 2),
    binary("sub", 0, 3),
    binary("mul", 4, 4),
    reduced(1),
    binary("div", 6, 2),
    constant(1e-5),
    binary("add", 7, 8),
    { op: "sqrt", dtype: "float32", a: 9 },
    binary("div", 4, 10),
    load(1, [0, 1]),
    binary("mul", 11, 12),
    load(2, [0, 1]),
    binary("add", 13, 14),
  ];
  const sum = (id: number, value: number) => ({ id, kind: "sum", value, dtype: "float32" }) as const;
  return {
    kind: "loop",
    outer: [rows],
    inner: [columns],
    foldsRows: true,
    instructions,
    phases: [
      phase(true, { reductions: [sum(0, 0)] }),
      phase(true, { reductions: [sum(1, 5)] }),
      phase(true, { stores: [store(3, [columns, 1], 15)] }),
      phase(false, { stores: [store(4, [1, 0], 3)] }),
    ],
  };
}
