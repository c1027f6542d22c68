import type { Row } from "../operation.ts";
import { alongAxis, takes } from "../operation.ts";

/** Along an axis: softmax, running sums, rotations, sorting. */
export const orders: readonly Row[] = [
  ...alongAxis("softmax", "log_softmax", "softmin", "cumprod", "logcumsumexp"),
  [
    "cumsum",
    (api, inputs, config) => api.tensor("cumsum", takes(inputs, 1)[0], config.axis("dim"), config.options(["dtype"])),
  ],
  ...["cummax", "cummin"].map((op): Row => [
    op,
    (api, inputs, config) => api.valuesAndIndices(op, takes(inputs, 1)[0], config.axis("dim")),
  ]),
  ["flip", (api, inputs, config) => api.tensor("flip", takes(inputs, 1)[0], config.integers("dims"))],
  [
    "roll",
    (api, inputs, config) => {
      const shifts = config.integerOrIntegers("shifts");
      return api.tensor("roll", takes(inputs, 1)[0], shifts, config.integerOrIntegers("dim"));
    },
  ],
  [
    "sort",
    (api, inputs, config) =>
      api.valuesAndIndices("sort", takes(inputs, 1)[0], {
        axis: config.axis("dim"),
        ...config.options(["descending", "stable"]),
      }),
  ],
  [
    "topk",
    (api, inputs, config) =>
      api.valuesAndIndices("topk", takes(inputs, 1)[0], config.integer("k"), {
        axis: config.axis("dim"),
        ...config.options(["largest", "sorted"]),
      }),
  ],
];
