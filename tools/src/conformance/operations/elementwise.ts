import type { Row } from "../operation.ts";
import { called, optioned, plain, renamed, takes } from "../operation.ts";
import { Unsupported } from "../outcome.ts";

/** Element-wise operations, comparisons and activations. */
export const elementwise: readonly Row[] = [
  ...plain(1, "exp", "neg", "abs", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "erf", "square", "sign", "floor"),
  ...plain(1, "ceil", "trunc", "expm1", "atan", "sinh", "cosh", "log", "sqrt", "rsqrt", "reciprocal", "log1p"),
  ...plain(1, "log2", "log10", "silu", "mish", "selu", "relu6", "hardsigmoid", "hardswish", "softsign", "logsigmoid"),
  ...plain(1, "asin", "acos", "asinh", "acosh", "atanh", "exp2", "erfc", "erfinv", "sinc", "frac", "tanhshrink"),
  ...plain(1, "logical_not"),
  ...plain(2, "add", "sub", "mul", "div", "pow", "maximum", "minimum", "remainder", "fmod", "atan2", "outer"),
  ...plain(2, "hypot", "logaddexp", "xlogy", "floor_divide", "logical_and", "logical_or", "logical_xor"),
  ...plain(2, "matmul", "bmm"),
  ...plain(3, "where"),
  ["eq", called("equal", 2)],
  ["ne", called("notEqual", 2)],
  ["lt", called("less", 2)],
  ["le", called("lessEqual", 2)],
  ["gt", called("greater", 2)],
  ["ge", called("greaterEqual", 2)],
  ["isnan", called("isNaN", 1)],
  ["isinf", called("isInf", 1)],
  ["isfinite", called("isFinite", 1)],

  optioned("leaky_relu", "negative_slope"),
  optioned("elu", "alpha"),
  optioned("softplus", "beta", "threshold"),
  optioned("gelu", "approximate"),
  optioned("hardtanh", "min_val", "max_val"),
  optioned("clamp", "min", "max"),
  optioned("round", "decimals"),
  optioned("logit", "eps"),
  optioned("celu", "alpha"),
  [
    "threshold",
    (api, inputs, config) =>
      api.tensor("threshold", takes(inputs, 1)[0], config.number("threshold"), config.number("value")),
  ],
  optioned("nan_to_num", "nan", "posinf", "neginf"),
  shrink("hardshrink"),
  shrink("softshrink"),
  [
    "lerp",
    (api, inputs, config) => {
      if (config.optional("weight") === "in2") return api.tensor("lerp", ...takes(inputs, 3));
      return api.tensor("lerp", ...takes(inputs, 2), config.number("weight"));
    },
  ],
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

function shrink(op: string): Row {
  return [op, (api, inputs, config) => api.tensor(op, takes(inputs, 1)[0], renamed(config, { lambd: "lambda" }))];
}
