import {
  any, arange, cast, concat, greater, less, logicalNot, mul, pad, reshape, roll, slice, stack, sum, tensor, where, type Tensor,
} from "@minima/tensor"; // prettier-ignore
import { testValues } from "./values.ts";

/** Bits that are computed: 1 where the number is 1. */
const bits = (...values: number[]): Tensor => greater(tensor(values), 0.5);
const bytes = (...values: number[]): Tensor => cast(tensor(values), "uint8");
const rows = (width: number, first: number): Tensor =>
  greater(
    tensor(
      Array.from({ length: 2 * width }, (_, i) => (first + i) % 3),
      { shape: [2, width] },
    ),
    0,
  );

/** Devices that write words share some of them between the parts of a result. */
testValues("bytes that lie in words with those of others", [
  ["joined bits", () => concat([bits(1, 1, 1), bits(0, 1, 0, 1, 0), bits(1, 1)]), [1, 1, 1, 0, 1, 0, 1, 0, 1, 1]],
  ["joined zeros and ones", () => concat([bits(0, 0, 0, 0, 0), bits(1), bits(0, 0, 0)]), [0, 0, 0, 0, 0, 1, 0, 0, 0]],
  ["joined bytes", () => concat([bytes(255, 1), bytes(2), bytes(3, 4, 5, 255)]), [255, 1, 2, 3, 4, 5, 255]],
  ["joined along rows", () => concat([rows(3, 0), rows(2, 1)], 1), [0, 1, 1, 1, 1, 0, 1, 1, 0, 1], [2, 5]],
  ["joined behind what is computed from them", () => {
    const last = any(greater(reshape(arange(300), [3, 100]), 150), { axis: 1 });
    const first = any(less(reshape(arange(500), [5, 100]), mul(sum(cast(last, "float32")), 100)), { axis: 1 });
    return concat([first, last]);
  }, [1, 1, 0, 0, 0, 0, 1, 1]],
  ["stacked", () => stack([bits(1, 0, 1), bits(0, 1, 0), bits(1, 1, 1)]), [1, 0, 1, 0, 1, 0, 1, 1, 1], [3, 3]],
  ["padded", () => pad(logicalNot(bits(0, 1, 0)), [1, 2], { value: 1 }), [1, 1, 0, 1, 1, 1]],
  ["rolled", () => roll(less(tensor([1, 2, 3, 4, 5]), 2.5), 1, 0), [0, 1, 1, 0, 0]],
  ["a slice of joined ones", () => slice(concat([bits(1, 0, 1), bits(1, 1, 0)]), [[2, 5]]), [1, 1, 1]],
  ["as a condition", () => where(concat([bits(1, 0, 1), bits(0, 1)]), tensor([1, 2, 3, 4, 5]), 0), [1, 0, 3, 0, 5]],
]); // prettier-ignore
