import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { reshape } from "./views.ts";
import { named } from "./named.ts";

/**
 * Kronecker product: a with each element replaced by that element times b. Of matrices c[i·p + k, j·q + l] = a[i, j]·b[k, l] for
 * b of p × q. The one of fewer axes gets axes of extent 1 in front; each extent is the product of those of a and b.
 */
export function kron(a: Operand, b: Operand): Tensor {
  return named("kron", () => {
    const [x, y] = [asTensor(a), asTensor(b)];
    const rank = Math.max(x.ndim, y.ndim);
    const extents = ({ shape }: Tensor): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
    const [outer, inner] = [extents(x), extents(y)];
    const spaced = outer.flatMap((extent) => [extent, 1]);
    const repeated = inner.flatMap((extent) => [1, extent]);
    const shape = outer.map((extent, axis) => extent * inner[axis]);
    return reshape(mul(reshape(x, spaced), reshape(y, repeated)), shape);
  });
}
