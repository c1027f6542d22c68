import type { Row } from "../operation.ts";
import { plain, takes } from "../operation.ts";

/** Products of vectors and matrices, and sums over pairs of axes. */
export const contractions: readonly Row[] = [
  ...plain(2, "dot", "vdot", "mv"),
  ["tensordot", (api, inputs, config) => api.tensor("tensordot", ...takes(inputs, 2), config.optional("dims"))],
  ["multi_dot", (api, inputs) => api.tensor("multiDot", inputs)],
  ["matrix_power", (api, inputs, config) => api.tensor("matrixPower", takes(inputs, 1)[0], config.integer("n"))],
];
