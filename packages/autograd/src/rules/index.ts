import type { NodeKind } from "@minima/tensor";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import type { NotDifferentiable, Rule } from "./rule.ts";
import { views } from "./views.ts";

/** The gradient of every primitive. The type is exhaustive: a primitive without an entry does not compile. */
export const rules: { readonly [K in NodeKind]: Rule<K> | NotDifferentiable } = {
  ...elementwise,
  ...views,
  ...reductions,
  ...indexing,
  ...products,
};
