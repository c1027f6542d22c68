import type { BackendProfile } from "../backend.ts";
import { bytesPerElement } from "../dtype.ts";
import type { Access, AttentionStep, MatmulStep, MatrixAccess, Step } from "../kernel/step.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { type Index, constant, delinearize, scale, plus } from "./affine.ts";
import { renameSlots, slotsOf, usersOf } from "./memory.ts";
import type { Slot } from "./plan.ts";

/** Anchors that can write their results with strides. */
type StridedAnchor = MatmulStep | AttentionStep;

/** A kernel that moves all elements of a buffer to other places, and does nothing else. */
interface Copy {
  readonly from: Access;
  readonly to: Access;
  readonly extents: readonly number[];
}

/**
 * Chooses the layouts of results by who reads them: where a kernel would do nothing but copy one into another order of
 * axes, into a part of a join, or into an output, it is written there at once. Only the copy may read it elsewhere.
 */
export function chooseResultLayouts(steps: readonly Step[], slots: readonly Slot[], profile: BackendProfile): Step[] {
  const result: (Step | null)[] = [...steps];
  const users = usersOf(steps);
  steps.forEach((step, at) => {
    const copy = copyOf(step);
    if (copy === null) return;
    const { from, to } = copy;
    const [writer, ...others] = (users.get(from.slot) ?? []).filter((user) => user !== at);
    const source = writer === undefined || others.length > 0 ? null : result[writer];
    if (source === null || slotsOf(source).includes(to.slot) || !isWhole(slots[from.slot], copy)) return;
    const moved = moveResult(source, copy, slots[to.slot], profile);
    if (moved === null) return;
    result[writer] = moved;
    result[at] = null;
    users.set(
      to.slot,
      [...(users.get(to.slot) ?? []), writer].filter((user) => user !== at),
    );
  });
  return result.filter((step) => step !== null);
}

function copyOf(step: Step): Copy | null {
  if (step.kind !== "loop" || step.instructions.length !== 1 || step.inner.length > 0) return null;
  const [from] = step.instructions;
  const [to, ...others] = step.phases[0].stores;
  if (from.op !== "load" || from.guard !== undefined || others.length > 0 || from.dtype !== to.dtype) return null;
  return { from, to, extents: step.outer };
}

/** Whether a copy takes as many elements as a buffer has, which nobody else sees. */
function isWhole(slot: Slot, { from, extents }: Copy): boolean {
  return slot.kind === "temporary" && slot.bytes === sizeOf(extents) * bytesPerElement[from.dtype];
}

/** A step with its result where a copy would put it, or null if it cannot write that. */
function moveResult(step: Step, copy: Copy, target: Slot, { anchors }: BackendProfile): Step | null {
  const { from, to, extents } = copy;
  const isInOrder = [from, to].every(({ offset, strides }) => offset === 0 && strides.length === 1 && strides[0] === 1);
  if (isInOrder && target.kind !== "leaf" && target.bytes === extents[0] * bytesPerElement[to.dtype]) {
    return renameSlots(step, (slot) => (slot === from.slot ? to.slot : slot));
  }
  if ((step.kind !== "matmul" && step.kind !== "attention") || anchors?.[step.kind]?.stridedResult !== true)
    return null;
  const { access, shape } = resultOf(step);
  const moved = moveAccess(access, shape, copy);
  return moved === null ? null : withResult(step, moved);
}

function resultOf(step: StridedAnchor): { readonly access: MatrixAccess; readonly shape: readonly number[] } {
  if (step.kind === "matmul") return { access: step.c, shape: [...step.batch, step.m, step.n] };
  return { access: step.output, shape: [...step.batch, ...step.outputShape] };
}

/** Where the elements that an access names, one for each index of a shape, are copied to. */
function moveAccess(access: MatrixAccess, shape: readonly number[], { from, to, extents }: Copy): MatrixAccess | null {
  // Loops of the copy as axes of its source, which they walk in some order.
  const order = extents.map((_, loop) => loop).sort((a, b) => from.strides[b] - from.strides[a]);
  const axes = order.map((loop) => extents[loop]);
  const isPermutation = stridesOf(axes).every((stride, axis) => stride === from.strides[order[axis]]);
  if (from.offset !== 0 || !isPermutation) return null;
  const linear = { offset: access.offset, strides: [...access.batchStrides, access.rowStride, access.columnStride] };
  const index: Index | null = delinearize(linear, axes, shape);
  if (index === null) return null;
  const { offset, strides } = index.reduce(
    (sum, at, axis) => plus(sum, scale(at, to.strides[order[axis]], 0)),
    constant(to.offset, shape.length),
  );
  const [rowStride, columnStride] = strides.slice(-2);
  return { ...access, slot: to.slot, offset, batchStrides: strides.slice(0, -2), rowStride, columnStride };
}

/** The anchor with its result there. Neighbours in a row have to be neighbours in memory. */
function withResult(step: StridedAnchor, access: MatrixAccess): Step | null {
  const [rows, columns] = resultOf(step).shape.slice(-2);
  if (columns === 1 || access.columnStride === 1) {
    const result = { ...access, columnStride: 1 };
    return step.kind === "matmul" ? { ...step, c: result } : { ...step, output: result };
  }
  if (step.kind !== "matmul" || (rows > 1 && access.rowStride !== 1)) return null;
  // (A · B)ᵀ = Bᵀ · Aᵀ
  const { m, n, a, b } = step;
  return { ...step, m: n, n: m, a: transpose(b), b: transpose(a), c: { ...transpose(access), columnStride: 1 } };
}

function transpose(access: MatrixAccess): MatrixAccess {
  return { ...access, rowStride: access.columnStride, columnStride: access.rowStride };
}
