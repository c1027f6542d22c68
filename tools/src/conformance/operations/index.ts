import type { Operation } from "../operation.ts";
import { arranging } from "./arranging.ts";
import { contractions } from "./contractions.ts";
import { creation } from "./creation.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { linearAlgebra } from "./linear-algebra.ts";
import { orders } from "./orders.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { resampling } from "./resampling.ts";
import { scattering } from "./scattering.ts";
import { searching } from "./searching.ts";
import { statistics } from "./statistics.ts";
import { views } from "./views.ts";

/** PyTorch's operations in terms of ours, by family. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...elementwise,
  ...reductions,
  ...orders,
  ...products,
  ...statistics,
  ...searching,
  ...creation,
  ...arranging,
  ...views,
  ...indexing,
  ...scattering,
  ...contractions,
  ...linearAlgebra,
  ...resampling,
]);
