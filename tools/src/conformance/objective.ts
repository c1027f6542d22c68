import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { Unsupported } from "./outcome.ts";
import type { FixtureCase } from "./read.ts";

/** The form of the objective without spaces; its constants may differ. */
const form = new RegExp(
  String.raw`^Nx\^TAx-b\.x\+Nsum\(cos\(Nx\)\)\+sum\(s\*y\*y\)\+Nsum\(sin\(Ny\)\)\+Nx\[0\]sum\(y\)$`.replaceAll(
    "N",
    String.raw`(\d+(?:\.\d+)?)`,
  ),
);

/** The function of the parameters x and y that a case of the group `optim` minimises. */
export function buildObjective(
  api: Api,
  fixture: FixtureCase,
  formula: string,
): (parameters: readonly Tensor[]) => Tensor {
  const constants = form.exec(formula.replace(/\s+/g, ""))?.slice(1).map(Number);
  if (constants === undefined || fixture.inputs.join() !== "A,b,s" || fixture.params.join() !== "x0,y0") {
    throw new Unsupported(`the runner does not know the objective ${formula}`);
  }
  const [quadratic, cosine, frequency, sine, sineFrequency, mixed] = constants;
  const [A, b, s] = fixture.inputs.map((role) => api.leaf(fixture.tensor(role)));
  const times = (left: Tensor | number, right: Tensor) => api.tensor("mul", left, right);
  const total = (x: Tensor) => api.tensor("sum", x);
  return ([x, y]) => {
    const terms = [
      times(quadratic, total(times(x, api.tensor("matmul", A, x)))),
      times(-1, total(times(b, x))),
      times(cosine, total(api.tensor("cos", times(frequency, x)))),
      total(times(s, times(y, y))),
      times(sine, total(api.tensor("sin", times(sineFrequency, y)))),
      times(mixed, times(api.tensor("select", x, 0, 0), total(y))),
    ];
    return terms.reduce((sum, term) => api.tensor("add", sum, term));
  };
}
