import type { Row } from "../operation.ts";
import { takes } from "../operation.ts";

/** What makes a tensor of numbers alone. */
export const creation: readonly Row[] = [
  [
    "arange",
    (api, inputs, config) => {
      takes(inputs, 0);
      // The cases are of floats, also where JSON has whole numbers.
      const [start, end, step] = [config.number("start"), config.number("end"), config.number("step")];
      return api.tensor("arange", start, end, step, { dtype: "float32" });
    },
  ],
  [
    "linspace",
    (api, inputs, config) => {
      takes(inputs, 0);
      return api.tensor("linspace", config.number("start"), config.number("end"), config.integer("steps"));
    },
  ],
  [
    "logspace",
    (api, inputs, config) => {
      takes(inputs, 0);
      const [start, end, count] = [config.number("start"), config.number("end"), config.integer("steps")];
      return api.tensor("logspace", start, end, count, config.options(["base"]));
    },
  ],
  [
    "eye",
    (api, inputs, config) => {
      takes(inputs, 0);
      return api.tensor("eye", config.integer("n"), config.maybe("m", config.integer));
    },
  ],
  ...(["tril_indices", "triu_indices"] as const).map((op): Row => [
    op,
    (api, inputs, config) => {
      takes(inputs, 0);
      const name = op === "tril_indices" ? "trilIndices" : "triuIndices";
      return api.tensor(name, config.integer("row"), config.integer("col"), config.integer("offset"));
    },
  ]),
];
