import { grad } from "@minima/autograd";
import * as T from "@minima/tensor";
import type { ProgramBuilder, Step } from "./program-builder.ts";
import type { StepResult } from "./value.ts";

/** A batch of images or, with `axes` 1, of lines: a tensor of the program with that many axes, or a new one. */
function planes(p: ProgramBuilder, axes: 1 | 2): StepResult {
  const found = p.r.chance(0.5)
    ? p.float(({ tensor }) => tensor.ndim === axes + 2 && !tensor.shape.includes(0) && tensor.size <= 3000)
    : undefined;
  if (found !== undefined) return found;
  const sizes = Array.from({ length: axes }, () => p.r.between(1, axes === 1 ? 24 : 10));
  return p.floatInput([p.r.between(1, 3), p.r.pick([1, 2, 3, 4, 6, 8, 9]), ...sizes]);
}

const divisorsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((i) => n % i === 0);

interface Sliding {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Windows that fit into the padded extents, or null. */
function sliding(
  p: ProgramBuilder,
  sizes: readonly number[],
  mostPadding: (kernel: number, dilation: number) => number,
): Sliding | null {
  const kernel = sizes.map(() => p.r.pick([1, 2, 3, 3, 4, 5]));
  const stride = sizes.map(() => p.r.pick([1, 1, 1, 2, 3]));
  const dilation = sizes.map(() => p.r.pick([1, 1, 1, 2]));
  const padding = kernel.map((each, i) => p.r.below(mostPadding(each, dilation[i]) + 1));
  const doesFit = sizes.every((size, i) => size + 2 * padding[i] >= (kernel[i] - 1) * dilation[i] + 1);
  return doesFit ? { kernel, stride, padding, dilation } : null;
}

const told = ({ kernel, stride, padding, dilation }: Sliding): string =>
  `kernel ${kernel.join()} stride ${stride.join()} padding ${padding.join()} dilation ${dilation.join()}`;

type Two = readonly [number, number];

/** A convolution, transposed or not, or one of its gradients. */
export const convolution: Step = (p) => {
  const axes = p.r.pick([1, 2, 2] as const);
  const x = planes(p, axes);
  const channels = x.tensor.shape[1];
  const slide = sliding(p, x.tensor.shape.slice(2), (kernel) => Math.min(kernel, 2));
  if (slide === null) return null;
  const groups = p.r.chance(0.6) ? 1 : p.r.pick(divisorsOf(channels));
  const perGroup = p.r.pick([1, 2, 3, 4, 5]);
  const isTransposed = p.r.chance(0.25);
  const reach = (i: number): number => slide.dilation[i] * (slide.kernel[i] - 1);
  const isCut = (n: number, i: number): boolean => (n - 1) * slide.stride[i] + reach(i) < 2 * slide.padding[i];
  if (isTransposed && x.tensor.shape.slice(2).some(isCut)) return null;
  const weightShape = isTransposed
    ? [channels, perGroup, ...slide.kernel]
    : [groups * perGroup, channels / groups, ...slide.kernel];
  const weight = p.floatInput(weightShape);
  const bias = p.r.chance(0.5) ? p.floatInput([groups * perGroup]).tensor : null;
  const convolve = (input: T.Tensor, filter: T.Tensor): T.Tensor => {
    if (axes === 1) {
      const options = { bias, stride: slide.stride[0], padding: slide.padding[0], dilation: slide.dilation[0], groups };
      return isTransposed ? T.convTranspose1d(input, filter, options) : T.conv1d(input, filter, options);
    }
    const [stride, padding, dilation] = [slide.stride, slide.padding, slide.dilation] as unknown as [Two, Two, Two];
    const options = { bias, stride, padding, dilation, groups };
    return isTransposed ? T.convTranspose2d(input, filter, options) : T.conv2d(input, filter, options);
  };
  const name = `${isTransposed ? "convTranspose" : "conv"}${axes}d [${x.tensor.shape.join()}] [${weightShape.join()}]`;
  const text = `${name} groups ${groups} ${told(slide)}`;
  const terms = T.sizeOf(weightShape) / (isTransposed ? 1 : weightShape[0]);
  if (p.r.chance(0.3) && x.tensor.size > 0) {
    const wanted = p.r.pick(["input", "filter"] as const);
    const output = convolve(x.tensor, weight.tensor);
    const weights = p.floatInput(output.shape).tensor;
    const loss = (input: T.Tensor, filter: T.Tensor): T.Tensor => T.mean(T.mul(convolve(input, filter), weights));
    // Whether an infinite element meets the zeros of the padding is left to the algorithm.
    const finite = T.nanToNum(x.tensor, { posinf: 1, neginf: -1 });
    const gradient = grad(([input, filter]: readonly T.Tensor[]) => loss(input, filter))([finite, weight.tensor]);
    const scaled = T.mul(gradient[wanted === "input" ? 0 : 1], output.size / Math.max(1, terms));
    return {
      tensor: scaled,
      certainty: "rough",
      limit: x.limit + output.size,
      text: `gradient to ${wanted} of ${text}`,
    };
  }
  const scaled = T.mul(convolve(x.tensor, weight.tensor), 1 / terms);
  const tensor = p.r.chance(0.5) ? T.relu(scaled) : scaled;
  return { tensor, certainty: "rough", limit: x.limit + 1, text };
};

/** Pooling, or its gradient. */
export const pooling: Step = (p) => {
  const axes = p.r.pick([1, 2, 2] as const);
  const x = planes(p, axes);
  // A window must not lie in the padding as a whole, as one with gaps may.
  const slide = sliding(p, x.tensor.shape.slice(2), (kernel, dilation) =>
    dilation === 1 ? Math.floor(kernel / 2) : 0,
  );
  if (slide === null) return null;
  // A rough number may tie with another on one device only, and then another index wins.
  const kind = p.r.pick(["avg", "max", x.certainty === "exact" ? "index" : "max"] as const);
  const ceilMode = p.r.chance(0.3);
  const countIncludePad = p.r.chance(0.5);
  const [kernel, stride, padding, dilation] = [
    slide.kernel,
    slide.stride,
    slide.padding,
    slide.dilation,
  ] as unknown as [Two, Two, Two, Two];
  const text = `${kind}Pool${axes}d [${x.tensor.shape.join()}] ${told(slide)}${ceilMode ? " ceil" : ""}`;
  const average = (t: T.Tensor): T.Tensor =>
    axes === 2
      ? T.avgPool2d(t, kernel, { stride, padding, ceilMode, countIncludePad })
      : T.avgPool1d(t, kernel[0], { stride: stride[0], padding: padding[0], ceilMode, countIncludePad });
  const maxima = (t: T.Tensor): T.ValuesAndIndices =>
    axes === 2
      ? T.maxPool2dWithIndices(t, kernel, { stride, padding, dilation, ceilMode })
      : T.maxPool1dWithIndices(t, kernel[0], {
          stride: stride[0],
          padding: padding[0],
          dilation: dilation[0],
          ceilMode,
        });
  if (kind === "index") return { tensor: maxima(x.tensor).indices, certainty: "exact", limit: x.tensor.size, text };
  const pool = kind === "avg" ? average : (t: T.Tensor): T.Tensor => maxima(t).values;
  if (p.r.chance(0.3) && (kind === "avg" || x.certainty === "exact")) {
    const weights = p.floatInput(pool(x.tensor).shape).tensor;
    const tensor = grad((t: T.Tensor) => T.sum(T.mul(pool(t), weights)))(x.tensor) as T.Tensor;
    return { tensor, certainty: "rough", limit: T.sizeOf(slide.kernel), text: `gradient of ${text}` };
  }
  return { tensor: pool(x.tensor), certainty: kind === "avg" ? "rough" : x.certainty, limit: x.limit, text };
};
