import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { valueType } from "../kernel/value-type.ts";
import { type Fold, combine } from "./fold.ts";
import { combineSubgroup } from "./combine-subgroup.ts";

/** Lanes of a workgroup that share the inner loops of some points: `lanes` for each of `points` neighbouring ones. */
export interface SharedLoops {
  /** A power of two. */
  readonly lanes: number;
  readonly points: number;
}

/**
 * Combines the values that the lanes of a point hold in `name`; afterwards all of them hold the result. Lane l belongs to
 * point l % points. The order depends on the device alone.
 */
export function combineAcrossLanes(writer: KernelWriter, fold: Fold, name: string, shared: SharedLoops): void {
  const type = valueType[fold.dtype];
  const array = `shared_${type}`;
  writer.share(array, `array<${type}, ${shared.lanes * shared.points}>`);
  if (writer.limits.subgroups && shared.points === 1) combineBySubgroups(writer, fold, name, array);
  else combineInTree(writer, fold, name, array, shared);
  writer.line("workgroupBarrier();");
}

/** In a tree of fixed form. */
function combineInTree(
  writer: KernelWriter,
  fold: Fold,
  name: string,
  array: string,
  { lanes, points }: SharedLoops,
): void {
  writer.line(`${array}[lane] = ${name};`);
  writer.line("workgroupBarrier();");
  writer.block(`for (var gap = ${(lanes / 2) * points}u; gap >= ${points}u; gap >>= 1u)`, () => {
    writer.block("if (lane < gap)", () => {
      writer.line(`${array}[lane] = ${combine(writer, fold, `${array}[lane]`, `${array}[lane + gap]`)};`);
    });
    writer.line("workgroupBarrier();");
  });
  writer.line(`${name} = ${array}[${points === 1 ? "0" : `lane % ${points}u`}];`);
}

/** The values of each subgroup, then the results of the subgroups in their order, with one barrier between. */
function combineBySubgroups(writer: KernelWriter, fold: Fold, name: string, array: string): void {
  const { lane, subgroup, count } = writer.subgroups();
  writer.line(`${name} = ${combineSubgroup(writer, fold, name)};`);
  writer.line(`if (${lane} == 0u) { ${array}[${subgroup}] = ${name}; }`);
  writer.line("workgroupBarrier();");
  writer.line(`${name} = ${array}[0];`);
  writer.block(`for (var other = 1u; other < ${count}; other++)`, () => {
    writer.line(`${name} = ${combine(writer, fold, name, `${array}[other]`)};`);
  });
}
