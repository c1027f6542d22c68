import type { Operation } from "../operation.ts";
import { contractions } from "./contractions.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { linearAlgebra } from "./linear-algebra.ts";
import { orders } from "./orders.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { scattering } from "./scattering.ts";
import { views } from "./views.ts";

/** PyTorch's operations in terms of ours, by family. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...elementwise,
  ...reductions,
  ...orders,
  ...products,
  ...views,
  ...indexing,
  ...scattering,
  ...contractions,
  ...linearAlgebra,
]);
