import type { Row } from "../operation.ts";
import { takes } from "../operation.ts";

/** Matrix products and contractions. */
export const products: readonly Row[] = [
  ["addmm", (api, inputs, config) => api.tensor("addmm", ...takes(inputs, 3), config.options(["alpha", "beta"]))],
  ["einsum", (api, inputs, config) => api.tensor("einsum", config.string("equation"), ...inputs)],
];
