import type { Row } from "../operation.ts";
import { takes } from "../operation.ts";
import { Unsupported } from "../outcome.ts";

/** What picks, writes and folds at places, beyond `gather` and `scatter`. */
export const scattering: readonly Row[] = [
  [
    "scatter_reduce",
    (api, inputs, config) => {
      config.means("args", /^input, index, src\b/);
      const [x, index, source] = takes(inputs, 3);
      const options = config.options(["reduce", "include_self"]);
      return api.tensor("scatterReduce", x, config.axis("dim"), index, source, options);
    },
  ],
  [
    "take_along_dim",
    (api, inputs, config) => {
      config.optional("broadcast"); // says that the index does
      return api.tensor("takeAlongDim", ...takes(inputs, 2), config.maybe("dim", config.axis));
    },
  ],
  [
    "index_put",
    (api, inputs, config) => {
      config.means("args", /^input, rows(, columns)?, values\b/);
      const [x, ...others] = inputs;
      const values = others.pop();
      if (others.length === 0) throw new Unsupported("index_put needs the input, indices and values");
      return api.tensor("indexPut", x, others, values, config.options(["accumulate"]));
    },
  ],
];
