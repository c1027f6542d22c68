import type { DType } from "./dtype.ts";
import {
  abs, add, all, amax, amin, any, argmax, argmin, argsort, cast, ceil, clamp, cos, cumsum, detach, div, equal, erf,
  exp, expand, flatten, flip, floor, gather, greater, greaterEqual, indexSelect, less, lessEqual, log, logicalNot,
  logSoftmax, logsumexp, maskedFill, matmul, max, maximum, mean, min, minimum, mul, neg, norm, notEqual, permute,
  pow, prod, reciprocal, relu, remainder, reshape, round, rsqrt, select, sigmoid, sign, sin, slice, softmax, sort,
  split, sqrt, square, squeeze, std, sub, sum, tanh, topk, transpose, tril, triu, unsqueeze, variance,
} from "./ops/index.ts"; // prettier-ignore
import type { Operand } from "./ops/index.ts";
import type { RoundOptions } from "./ops/rounding.ts";
import type { AxisOptions, NormOptions, ReduceOptions, ValuesAndIndices, VarianceOptions } from "./ops/reduce.ts";
import type { SortOptions, TopkOptions } from "./ops/sort.ts";
import type { Range } from "./ops/views.ts";
import type { Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * The commonest operations as methods: `a.add(b)` is `add(a, b)`. The function of the same name has the description.
 */
declare module "./tensor.ts" {
  interface Tensor {
    add(other: Operand): Tensor;
    sub(other: Operand): Tensor;
    mul(other: Operand): Tensor;
    div(other: Operand): Tensor;
    pow(other: Operand): Tensor;
    remainder(other: Operand): Tensor;
    maximum(other: Operand): Tensor;
    minimum(other: Operand): Tensor;
    clamp(bounds: { min?: Operand; max?: Operand }): Tensor;
    less(other: Operand): Tensor;
    lessEqual(other: Operand): Tensor;
    greater(other: Operand): Tensor;
    greaterEqual(other: Operand): Tensor;
    equal(other: Operand): Tensor;
    notEqual(other: Operand): Tensor;
    logicalNot(): Tensor;
    neg(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    floor(): Tensor;
    ceil(): Tensor;
    round(options?: RoundOptions): Tensor;
    square(): Tensor;
    sqrt(): Tensor;
    rsqrt(): Tensor;
    reciprocal(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    sin(): Tensor;
    cos(): Tensor;
    tanh(): Tensor;
    erf(): Tensor;
    relu(): Tensor;
    sigmoid(): Tensor;
    softmax(axis?: number): Tensor;
    logSoftmax(axis?: number): Tensor;
    logsumexp(options?: ReduceOptions): Tensor;
    cast(dtype: DType): Tensor;
    detach(): Tensor;
    sum(options?: ReduceOptions): Tensor;
    mean(options?: ReduceOptions): Tensor;
    prod(options?: ReduceOptions): Tensor;
    variance(options?: VarianceOptions): Tensor;
    std(options?: VarianceOptions): Tensor;
    norm(options?: NormOptions): Tensor;
    amax(options?: ReduceOptions): Tensor;
    amin(options?: ReduceOptions): Tensor;
    max(): Tensor;
    max(options: AxisOptions & { axis: number }): ValuesAndIndices;
    min(): Tensor;
    min(options: AxisOptions & { axis: number }): ValuesAndIndices;
    argmax(options?: AxisOptions): Tensor;
    argmin(options?: AxisOptions): Tensor;
    any(options?: ReduceOptions): Tensor;
    all(options?: ReduceOptions): Tensor;
    matmul(other: Operand): Tensor;
    reshape(shape: Shape): Tensor;
    flatten(options?: { startAxis?: number; endAxis?: number }): Tensor;
    permute(axes: readonly number[]): Tensor;
    transpose(axis0?: number, axis1?: number): Tensor;
    squeeze(axes?: number | readonly number[]): Tensor;
    unsqueeze(axis: number): Tensor;
    expand(shape: Shape): Tensor;
    slice(ranges: readonly (Range | null)[]): Tensor;
    select(axis: number, index: number): Tensor;
    flip(axes: number | readonly number[]): Tensor;
    gather(axis: number, index: Tensor): Tensor;
    indexSelect(axis: number, index: Tensor): Tensor;
    maskedFill(mask: Operand, value: Operand): Tensor;
    split(sizes: number | readonly number[], axis?: number): Tensor[];
    cumsum(axis: number, options?: { dtype?: DType | undefined }): Tensor;
    sort(options?: SortOptions): ValuesAndIndices;
    argsort(options?: SortOptions): Tensor;
    topk(k: number, options?: TopkOptions): ValuesAndIndices;
    tril(diagonal?: number): Tensor;
    triu(diagonal?: number): Tensor;
  }
}

/** Named one by one, so that a bundle keeps these operations and no others. */
const methods: Readonly<Record<string, (...operands: never[]) => unknown>> = {
  add, sub, mul, div, pow, remainder, maximum, minimum, clamp, less, lessEqual, greater, greaterEqual, equal,
  notEqual, logicalNot, neg, abs, sign, floor, ceil, round, square, sqrt, rsqrt, reciprocal, exp, log, sin, cos,
  tanh, erf, relu, sigmoid, softmax, logSoftmax, logsumexp, cast, detach, sum, mean, prod, variance, std, norm, amax,
  amin, max, min, argmax, argmin, any, all, matmul, reshape, flatten, permute, transpose, squeeze, unsqueeze, expand,
  slice, select, flip, gather, indexSelect, maskedFill, split, cumsum, sort, argsort, topk, tril, triu,
}; // prettier-ignore

for (const [name, operation] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: never[]): unknown {
      return operation(this as never, ...rest);
    },
  });
}
