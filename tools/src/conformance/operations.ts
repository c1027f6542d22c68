import { Unsupported } from "./outcome.ts";
import type { Operation } from "./operation.ts";
import {
  alongAxis,
  argReduction,
  called,
  diagonal,
  extremum,
  indexed,
  optioned,
  plain,
  reduction,
  renamed,
  takes,
} from "./operation.ts";

/** PyTorch's operations in terms of ours. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...plain(1, "exp", "neg", "abs", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "erf", "square", "sign", "floor"),
  ...plain(1, "ceil", "round", "trunc", "expm1", "atan", "sinh", "cosh", "log", "sqrt", "rsqrt", "reciprocal", "log1p"),
  ...plain(1, "log2", "log10", "silu", "mish", "selu", "relu6", "hardsigmoid", "hardswish", "softsign", "logsigmoid"),
  ...plain(2, "add", "sub", "mul", "div", "pow", "maximum", "minimum", "remainder", "fmod", "atan2", "outer"),
  ...plain(2, "matmul", "bmm"),
  ...plain(3, "where"),
  ["eq", called("equal", 2)],
  ["ne", called("notEqual", 2)],
  ["lt", called("less", 2)],
  ["le", called("lessEqual", 2)],
  ["gt", called("greater", 2)],
  ["ge", called("greaterEqual", 2)],

  optioned("leaky_relu", "negative_slope"),
  optioned("elu", "alpha"),
  optioned("softplus", "beta", "threshold"),
  optioned("gelu", "approximate"),
  optioned("hardtanh", "min_val", "max_val"),
  optioned("clamp", "min", "max"),
  ["pow_scalar", (api, inputs, config) => api.tensor("pow", takes(inputs, 1)[0], config.number("exponent"))],
  [
    "prelu",
    (api, inputs, config) => {
      const [x, weight] = takes(inputs, 2);
      const count = config.maybe("num_parameters", config.integer);
      if (count !== undefined && count !== weight.size)
        throw new Unsupported("num_parameters is not the size of weight");
      return api.tensor("prelu", x, weight);
    },
  ],

  reduction("sum"),
  reduction("mean"),
  reduction("var", "variance", { ddof: "correction" }),
  reduction("std", "std", { ddof: "correction" }),
  reduction("logsumexp"),
  reduction("norm", "norm", { p: "p" }),
  reduction("amax"),
  reduction("amin"),
  reduction("prod"),
  reduction("any"),
  reduction("all"),
  argReduction("argmax"),
  argReduction("argmin"),
  extremum("max"),
  extremum("min"),

  ...alongAxis("softmax", "log_softmax", "softmin", "cumsum", "cumprod"),
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

  ["addmm", (api, inputs, config) => api.tensor("addmm", ...takes(inputs, 3), config.options(["alpha", "beta"]))],
  ["einsum", (api, inputs, config) => api.tensor("einsum", config.string("equation"), ...inputs)],

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
]);
