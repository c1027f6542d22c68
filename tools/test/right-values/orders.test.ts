import { argsort, cummax, max, median, quantile, sort, tensor, topk } from "@minima/tensor";
import { testValues } from "./values.ts";

const largest = Math.fround(3.4e38);

testValues("order statistics near infinity", [
  ["median of infinities", () => median(tensor([Infinity, Infinity])), [Infinity]],
  ["median of both", () => median(tensor([-Infinity, Infinity])), [-Infinity]],
  ["median of three of them", () => median(tensor([Infinity, -Infinity, Infinity])), [Infinity]],
  ["median is the lower of the two in the middle", () => median(tensor([4, 1, 3, 2])), [2]],
  ["median of the largest numbers", () => median(tensor([largest, largest])), [largest]],
  ["median along an axis", () => median(tensor([[Infinity, 1], [-Infinity, Infinity]]), { axis: 1 }).values, [1, -Infinity]],
  ["median with NaN", () => median(tensor([1, NaN, 2])), [NaN]],
  ["quantile between infinities", () => quantile(tensor([Infinity, Infinity]), 0.5), [Infinity]],
  ["quantile between a number and infinity", () => quantile(tensor([1, Infinity]), 0.5), [Infinity]],
  ["quantile at a number beside infinity", () => quantile(tensor([-Infinity, 1, Infinity]), 0.5), [1]],
  ["quantile of negative infinities", () => quantile(tensor([-Infinity, -Infinity]), 0.25), [-Infinity]],
  ["quantile between numbers whose difference overflows", () => quantile(tensor([-largest, largest]), 0.5), [0]],
  ["quantile between the largest numbers", () => quantile(tensor([largest, largest]), 0.3), [largest]],
]); // prettier-ignore

testValues("the order of NaN", [
  ["sort has it last", () => sort(tensor([NaN, 2, Infinity, 1])).values, [1, 2, Infinity, NaN]],
  ["and first in descending order", () => sort(tensor([1, NaN, 2]), { descending: true }).values, [NaN, 2, 1]],
  ["argsort", () => argsort(tensor([NaN, 2, 1])), [2, 1, 0]],
  ["topk has the order of sort", () => topk(tensor([1, NaN, Infinity, 2]), 4).values, [NaN, Infinity, 2, 1]],
  ["its indices", () => topk(tensor([1, NaN, 2, NaN]), 3).indices, [1, 3, 2]],
  ["the smallest of topk", () => topk(tensor([NaN, 3, -Infinity, 2]), 3, { largest: false }).values, [-Infinity, 2, 3]],
  ["topk of all", () => topk(tensor([NaN, 3, NaN]), 3, { largest: false }).values, [3, NaN, NaN]],
  ["max and cummax have it too", () => max(cummax(tensor([1, NaN, 2]), 0).values), [NaN]],
]);
