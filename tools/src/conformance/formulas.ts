import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import type { Config } from "./config.ts";
import { takes } from "./operation.ts";
import type { Operation } from "./operation.ts";

/** The formulas of `config.expr`, without spaces. `x` or `in0`, or `a`, `b`, `c`, are the inputs in order. */
export const formulas: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["in0@in1.T", of(2, (api, [a, b]) => api.tensor("matmul", a, reversed(api, b)))],
  ["in0.T@in1", of(2, (api, [a, b]) => api.tensor("matmul", reversed(api, a), b))],
  [
    "in0.mT@in1.mT",
    of(2, (api, [a, b]) =>
      api.tensor("matmul", api.tensor("transpose", a, -2, -1), api.tensor("transpose", b, -2, -1)),
    ),
  ],
  [
    "x.permute(dims).exp().sum(0)",
    of(1, (api, [x], config) => {
      const permuted = api.tensor("permute", x, config.integers("dims"));
      return api.tensor("sum", api.tensor("exp", permuted), { axis: 0 });
    }),
  ],
  [
    "x.transpose(dim0,dim1).reshape(-1)",
    of(1, (api, [x], config) => api.tensor("reshape", transposed(api, x, config), [-1])),
  ],
  ["in0.transpose(dim0,dim1)+in1", of(2, (api, [a, b], config) => api.tensor("add", transposed(api, a, config), b))],
  [
    "x*exp(x)+sum(x,0,keepdim)*x",
    of(1, (api, [x]) => {
      const columns = api.tensor("sum", x, { axis: 0, keepDims: true });
      return api.tensor("add", api.tensor("mul", x, api.tensor("exp", x)), api.tensor("mul", columns, x));
    }),
  ],
  [
    "tanh((a+b)*c).mean(-1)",
    of(3, (api, [a, b, c]) => {
      const product = api.tensor("mul", api.tensor("add", a, b), c);
      return api.tensor("mean", api.tensor("tanh", product), { axis: -1 });
    }),
  ],
  [
    "sqrt(sum((a[:,None]-b[None])**2,-1))",
    of(2, (api, [a, b]) => {
      const difference = api.tensor("sub", api.tensor("unsqueeze", a, 1), api.tensor("unsqueeze", b, 0));
      return api.tensor("sqrt", api.tensor("sum", api.tensor("square", difference), { axis: -1 }));
    }),
  ],
  [
    "stop(x)*x+stop(tanh(x))",
    of(1, (api, [x]) => api.tensor("add", api.tensor("mul", x.detach(), x), api.tensor("tanh", x).detach())),
  ],
  ["in0+value*in1*in2", scaled("addcmul")],
  ["in0+value*in1/in2", scaled("addcdiv")],
]);

/** A formula of so many inputs. */
function of(arity: number, formula: Operation): Operation {
  return (api, inputs, config) => formula(api, takes(inputs, arity), config);
}

/** An operation of three tensors with a factor. */
function scaled(name: string): Operation {
  return of(3, (api, inputs, config) => api.tensor(name, ...inputs, config.options(["value"])));
}

/** NumPy's `.T`: all axes in reverse order. */
function reversed(api: Api, x: Tensor): Tensor {
  const last = x.shape.length - 1;
  return api.tensor(
    "permute",
    x,
    Array.from(x.shape, (_, axis) => last - axis),
  );
}

function transposed(api: Api, x: Tensor, config: Config): Tensor {
  return api.tensor("transpose", x, config.integer("dim0"), config.integer("dim1"));
}
