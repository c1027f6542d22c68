import type { Row } from "../operation.ts";
import { renamed, takes } from "../operation.ts";

/** Shapes and parts. */
export const views: readonly Row[] = [
  ["permute", (api, inputs, config) => api.tensor("permute", takes(inputs, 1)[0], config.integers("dims"))],
  [
    "transpose",
    (api, inputs, config) =>
      api.tensor("transpose", takes(inputs, 1)[0], config.integer("dim0"), config.integer("dim1")),
  ],
  ["reshape", (api, inputs, config) => api.tensor("reshape", takes(inputs, 1)[0], config.integers("shape"))],
  ["expand", (api, inputs, config) => api.tensor("expand", takes(inputs, 1)[0], config.integers("shape"))],
  ["unsqueeze", (api, inputs, config) => api.tensor("unsqueeze", takes(inputs, 1)[0], config.integer("dim"))],
  [
    "squeeze",
    (api, inputs, config) => {
      const axes = config.maybe("dim", config.integerOrIntegers);
      return api.tensor("squeeze", takes(inputs, 1)[0], ...(axes === undefined ? [] : [axes]));
    },
  ],
  [
    "flatten",
    (api, inputs, config) =>
      api.tensor("flatten", takes(inputs, 1)[0], renamed(config, { start_dim: "startAxis", end_dim: "endAxis" })),
  ],
  ["tile", (api, inputs, config) => api.tensor("tile", takes(inputs, 1)[0], config.integers("repeats"))],
  [
    "repeat_interleave",
    (api, inputs, config) =>
      api.tensor("repeatInterleave", takes(inputs, 1)[0], config.integer("repeats"), config.axis("dim")),
  ],
  [
    "slice",
    (api, inputs, config) => {
      config.means("order", /^start,stop,step per dim$/);
      return api.tensor("slice", takes(inputs, 1)[0], config.optional("slices"));
    },
  ],
  [
    "select",
    (api, inputs, config) => api.tensor("select", takes(inputs, 1)[0], config.axis("dim"), config.integer("index")),
  ],
  ["concat", (api, inputs, config) => api.tensor("concat", inputs, config.axis("dim"))],
  ["stack", (api, inputs, config) => api.tensor("stack", inputs, config.axis("dim"))],
  [
    "split",
    (api, inputs, config) =>
      api.tensors("split", takes(inputs, 1)[0], config.integerOrIntegers("split"), config.axis("dim")),
  ],
  [
    "chunk",
    (api, inputs, config) => api.tensors("chunk", takes(inputs, 1)[0], config.integer("chunks"), config.axis("dim")),
  ],
];
