import type { Row } from "../operation.ts";
import { diagonal, indexed, takes } from "../operation.ts";

/** What picks, writes and adds at places, and surrounds. */
export const indexing: readonly Row[] = [
  ["gather", indexed("gather", 2)],
  ["index_select", indexed("indexSelect", 2)],
  ["scatter_add", indexed("scatterAdd", 3)],
  ["scatter", indexed("scatter", 3)],
  ["index_add", indexed("indexAdd", 3)],
  ["masked_fill", (api, inputs, config) => api.tensor("maskedFill", ...takes(inputs, 2), config.number("value"))],
  [
    "pad",
    (api, inputs, config) => {
      config.means("order", /^last dim first\b/);
      return api.tensor("pad", takes(inputs, 1)[0], config.integers("pad"), config.options(["mode", "value"]));
    },
  ],
  ["tril", diagonal("tril")],
  ["triu", diagonal("triu")],
  ["one_hot", (api, inputs, config) => api.tensor("oneHot", takes(inputs, 1)[0], config.integer("num_classes"))],
];
