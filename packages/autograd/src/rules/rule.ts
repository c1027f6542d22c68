import type { NodeKind, NodeOf, Tensor } from "@minima/tensor";

/** What a gradient rule sees of one node. */
interface RuleContext<K extends NodeKind> {
  readonly node: NodeOf<K>;
  /** dL/d(output). */
  readonly gradient: Tensor;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Whether anybody wants the gradient of an input: rules may skip work for the others. */
  wants(input: number): boolean;
}

/** dL/d(input) for each input; null where none flows. */
export type Rule<K extends NodeKind> = (context: RuleContext<K>) => readonly (Tensor | null)[];

/** Why an operation has no gradient. */
export interface NotDifferentiable {
  readonly notDifferentiable: string;
}

/** Marks an operation through which no gradient flows, with the reason. */
export function notDifferentiable(reason: string): NotDifferentiable {
  return { notDifferentiable: reason };
}
