import { hostArray, reference, type DType, type Graph, type GraphNode, type TypedArray } from "@minima/tensor";
import { CpuMemory } from "../src/memory/memory.ts";
import type { StepRunner } from "../src/program.ts";
import { wasmFeatures } from "../src/wasm/index.ts";

/** What kernels can be built for on this engine. */
export const variants = [
  { relaxed: false, wide: false, shared: false },
  ...(wasmFeatures().relaxedSimd ? [{ relaxed: true, wide: false, shared: false }] : []),
  { relaxed: false, wide: true, shared: wasmFeatures().sharedMemory },
];

/** A memory whose next large buffers lie on both sides of the address 2^31. */
export function highMemory(): CpuMemory {
  const memory = new CpuMemory();
  memory.allocate(2 ** 31 - 2 ** 21);
  return memory;
}

export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: TypedArray;
}

/** A NaN as float32, and no index of anything: what memory holds that a kernel must neither use nor change. */
const guard = 0x7fa5a5a5;
const guardWords = 16;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

/** Bytes of free memory filled with guards, from which kernels take their workspace. */
const workspaceBytes = 2 ** 21;

/**
 * Runs a compiled step on copies of the operands, of which the last is the output: its values are ignored. All other
 * memory holds guards; what of it may change is free memory alone.
 */
export function runStep(memory: CpuMemory, run: StepRunner, operands: readonly Operand[]): TypedArray {
  const bytes = operands.map(({ values }) => values.byteLength);
  const arenaBytes = bytes.reduce((total, each) => total + 16 * Math.ceil(each / 16) + 4 * guardWords, 4 * guardWords);
  const workspace = memory.allocate(workspaceBytes);
  const arena = memory.allocate(Math.max(arenaBytes, 8192));
  for (const each of [workspace, arena])
    new Uint32Array(memory.memory.buffer, each.address, each.bytes / 4).fill(guard);
  memory.free(workspace);
  let end = arena.address + 4 * guardWords;
  const addresses = operands.map(({ dtype, values }, i) => {
    const address = end;
    end = 16 * Math.ceil((address + bytes[i]) / 16) + 4 * guardWords;
    if (i < operands.length - 1) view(memory, dtype, address, values.length).set(values);
    return address;
  });
  const before = new Uint8Array(memory.memory.buffer, arena.address, arenaBytes).slice();
  run(addresses, 0);
  const { dtype, values } = operands[operands.length - 1];
  const address = addresses[addresses.length - 1];
  const result = view(memory, dtype, address, values.length).slice();
  const after = new Uint8Array(memory.memory.buffer, arena.address, arenaBytes);
  const first = address - arena.address;
  const stray = after.findIndex((byte, i) => byte !== before[i] && (i < first || i >= first + values.byteLength));
  if (stray >= 0) throw new Error(`byte ${stray - first} of an output of ${values.byteLength} bytes was written`);
  memory.free(arena);
  return result;
}

function view(memory: CpuMemory, dtype: DType, address: number, size: number): TypedArray {
  const { constructor } = hostArray(dtype, 0);
  return new (constructor as Float32ArrayConstructor)(memory.memory.buffer, address, size);
}

type AnchorNode = Exclude<GraphNode, { kind: "leaf" }>;

/** What the reference evaluator gives for one node. */
export function evaluateReference(
  node: Pick<AnchorNode, "kind" | "attributes" | "shape" | "dtype">,
  inputs: readonly Operand[],
): TypedArray {
  const leaves = inputs.map(({ shape, dtype }) => ({ kind: "leaf", attributes: null, inputs: [], shape, dtype }));
  const last = { ...node, inputs: inputs.map((_, i) => i) };
  // Leaves and a node as plain data; the attributes were checked where the node was written down.
  const graph = { nodes: [...leaves, last], outputs: [inputs.length] } as unknown as Graph;
  return reference().evaluate(
    graph,
    (position) => inputs[position].values,
    () => 0,
  )[0];
}

/** An operand of a step in slot number `slot`. */
export function contiguous(slot: number, { shape, dtype }: Operand) {
  return { slot, shape, dtype };
}
