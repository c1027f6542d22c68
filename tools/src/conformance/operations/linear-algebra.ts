import type { Api } from "../api.ts";
import { camelCase } from "../config.ts";
import type { Operation, Row } from "../operation.ts";
import { renamed, takes } from "../operation.ts";

/** Runs a function of the namespace `linalg` on the host, which promises a tensor. */
function hosted(arity: number, ...names: readonly string[]): Row[] {
  return names.map((op) => [
    op,
    (api, inputs, config) => {
      config.optional("batch"); // says that there are several
      return linalg(api).awaited(camelCase(op), ...takes(inputs, arity));
    },
  ]);
}

const linalg = (api: Api): Api => api.namespace("linalg");

const matrixNorm: Operation = (api, inputs, config) => {
  const [x] = takes(inputs, 1);
  const { ord } = config.options(["ord"]);
  if (ord === 2) return linalg(api).awaited("spectralNorm", x);
  if (ord === "nuc") return linalg(api).awaited("nuclearNorm", x);
  const options = { ...(ord === undefined ? {} : { ord }), ...renamed(config, { dim: "axis", keepdim: "keepDims" }) };
  return linalg(api).tensor("matrixNorm", x, options);
};

/** Linear algebra; where vectors have a sign to choose, the outputs are what does not depend on it. */
export const linearAlgebra: readonly Row[] = [
  ...hosted(1, "inv", "cholesky", "det", "pinv"),
  ...hosted(2, "solve", "lstsq"),
  ["matrix_norm", matrixNorm],
  [
    "solve_triangular",
    (api, inputs, config) =>
      linalg(api).awaited("solveTriangular", ...takes(inputs, 2), config.options(["upper", "left", "unitriangular"])),
  ],
  ["slogdet", (api, inputs) => linalg(api).named("slogdet", ["sign", "logAbsDet"], ...takes(inputs, 1))],
  ["qr", (api, inputs, config) => linalg(api).named("qr", ["q", "r"], ...takes(inputs, 1), config.options(["mode"]))],
  [
    "eigh",
    async (api, inputs) => {
      const [w, v] = await linalg(api).named("eigh", ["eigenvalues", "eigenvectors"], ...takes(inputs, 1));
      const scaled = api.tensor("mul", v, api.tensor("sqrt", w));
      return [w, api.tensor("abs", v), api.tensor("matmul", scaled, api.tensor("transpose", v))];
    },
  ],
  [
    "svd",
    async (api, inputs, config) => {
      const options = config.options(["full_matrices"]);
      const [u, s, vh] = await linalg(api).named("svd", ["u", "s", "vh"], ...takes(inputs, 1), options);
      return [api.tensor("abs", u), s, api.tensor("abs", vh), api.tensor("matmul", u, vh)];
    },
  ],
];
