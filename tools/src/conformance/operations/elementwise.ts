import type { Row } from "../operation.ts";
import { called, optioned, plain, takes } from "../operation.ts";
import { Unsupported } from "../outcome.ts";

/** Element-wise operations, comparisons and activations. */
export const elementwise: readonly Row[] = [
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
];
