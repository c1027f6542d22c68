import type { Row } from "../operation.ts";
import { takes } from "../operation.ts";

/** What finds places, and what there is. */
export const searching: readonly Row[] = [
  [
    "argsort",
    (api, inputs, config) =>
      api.tensor("argsort", takes(inputs, 1)[0], {
        axis: config.axis("dim"),
        ...config.options(["descending", "stable"]),
      }),
  ],
  ...["searchsorted", "bucketize"].map((op): Row => [
    op,
    (api, inputs, config) => api.tensor(op, ...takes(inputs, 2), config.options(["right"])),
  ]),
  [
    "unique",
    (api, inputs, config) => {
      const axis = config.maybe("dim", config.axis);
      const options = { ...(axis === undefined ? {} : { axis }), ...config.options(["sorted"]) };
      return api.named("unique", ["values", "inverse", "counts"], takes(inputs, 1)[0], options);
    },
  ],
  ["nonzero", (api, inputs) => api.awaited("nonzero", takes(inputs, 1)[0])],
  [
    "masked_select",
    (api, inputs, config) => {
      config.optional("broadcast"); // says that the mask does
      return api.awaited("maskedSelect", ...takes(inputs, 2));
    },
  ],
];
