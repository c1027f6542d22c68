import type { Tensor } from "@minima/tensor";
import type { Config } from "../config.ts";
import type { Row } from "../operation.ts";
import { reduction, renamed, takes } from "../operation.ts";

/** Order statistics, frequencies and moments. */
export const statistics: readonly Row[] = [
  reduction("nansum"),
  [
    "var_mean",
    (api, inputs, config) =>
      api.named("varMean", ["variance", "mean"], takes(inputs, 1)[0], {
        ...alongOptions(config),
        ...renamed(config, { ddof: "correction" }),
      }),
  ],
  [
    "median",
    (api, inputs, config) => {
      const [x] = takes(inputs, 1);
      return config.has("dim") ? api.valuesAndIndices("median", x, alongOptions(config)) : api.tensor("median", x);
    },
  ],
  // The index of a mode is not among the outputs: PyTorch leaves open which of equal elements it is.
  ["mode", (api, inputs, config) => api.valuesAndIndices("mode", takes(inputs, 1)[0], alongOptions(config))[0]],
  [
    "quantile",
    (api, inputs, config) =>
      api.tensor("quantile", takes(inputs, 1)[0], config.optional("q"), {
        ...alongOptions(config),
        ...config.options(["interpolation"]),
      }),
  ],
  ["histc", (api, inputs, config) => api.tensor("histc", takes(inputs, 1)[0], config.options(["bins", "min", "max"]))],
  [
    "bincount",
    (api, inputs, config) => {
      const [x, weights] = takes(inputs, config.optional("weights") === true ? 2 : 1) as readonly [Tensor, Tensor?];
      return api.awaited("bincount", x, { weights, ...renamed(config, { minlength: "minLength" }) });
    },
  ],
];

function alongOptions(config: Config): Record<string, unknown> {
  const axis = config.maybe("dim", config.axis);
  return { ...(axis === undefined ? {} : { axis }), ...renamed(config, { keepdim: "keepDims" }) };
}
