import type { Row } from "../operation.ts";
import { diagonal, plain, renamed, takes } from "../operation.ts";

/** Diagonals, grids, windows and turns. */
export const arranging: readonly Row[] = [
  ...plain(1, "trace"),
  ...plain(2, "kron"),
  ["diag", diagonal("diag")],
  [
    "diagonal",
    (api, inputs, config) => {
      const options = renamed(config, { offset: "offset", dim1: "axis0", dim2: "axis1" });
      return api.tensor("diagonal", takes(inputs, 1)[0], options);
    },
  ],
  [
    "rot90",
    (api, inputs, config) => api.tensor("rot90", takes(inputs, 1)[0], config.integer("k"), config.integers("dims")),
  ],
  ["meshgrid", (api, inputs, config) => api.tensors("meshgrid", inputs, config.options(["indexing"]))],
  [
    "unfold_dim",
    (api, inputs, config) => {
      const axis = config.axis("dimension");
      return api.tensor("unfold", takes(inputs, 1)[0], axis, config.integer("size"), config.integer("step"));
    },
  ],
];
