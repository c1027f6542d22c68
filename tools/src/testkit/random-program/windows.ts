import { grad } from "@minima/autograd";
import * as T from "@minima/tensor";
import type { ProgramBuilder, Step } from "./program-builder.ts";
import type { StepResult } from "./value.ts";

/** Lines, images or volumes. */
type Axes = 1 | 2 | 3;

/** Most elements along each axis of a new input. */
const mostElements = { 1: 24, 2: 10, 3: 6 } as const;

/** A batch of lines, images or volumes: a tensor of the program with that many axes, or a new one. */
function planes(p: ProgramBuilder, axes: Axes): StepResult {
  const found = p.r.chance(0.5)
    ? p.float(({ tensor }) => tensor.ndim === axes + 2 && !tensor.shape.includes(0) && tensor.size <= 3000)
    : undefined;
  if (found !== undefined) return found;
  const sizes = Array.from({ length: axes }, () => p.r.between(1, mostElements[axes]));
  return p.floatInput([p.r.between(1, 3), p.r.pick([1, 2, 3, 4, 6, 8, 9]), ...sizes]);
}

const divisorsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((i) => n % i === 0);

interface Sliding {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Windows that fit into the padded extents, where their number is rounded up also longer ones, or null. */
function sliding(
  p: ProgramBuilder,
  sizes: readonly number[],
  mostPadding: (kernel: number, dilation: number) => number,
  isRoundedUp = false,
): Sliding | null {
  const kernel = sizes.map(() => p.r.pick([1, 2, 3, 3, 4, 5]));
  const stride = sizes.map(() => p.r.pick([1, 1, 1, 2, 3]));
  const dilation = sizes.map(() => p.r.pick([1, 1, 1, 2]));
  const padding = kernel.map((each, i) => p.r.below(mostPadding(each, dilation[i]) + 1));
  const doesFit = sizes.every((size, i) => {
    return size + 2 * padding[i] + (isRoundedUp ? stride[i] - 1 : 0) > (kernel[i] - 1) * dilation[i];
  });
  return doesFit ? { kernel, stride, padding, dilation } : null;
}

const told = ({ kernel, stride, padding, dilation }: Sliding): string =>
  `kernel ${kernel.join()} stride ${stride.join()} padding ${padding.join()} dilation ${dilation.join()}`;

/** Numbers for the axes as the functions for one, two and three axes take them; the type is what is common to all. */
const perAxis = (numbers: readonly number[]): number => (numbers.length === 1 ? numbers[0] : numbers) as number;

const convolutions = { 1: T.conv1d, 2: T.conv2d, 3: T.conv3d } as const;
const transposedConvolutions = { 1: T.convTranspose1d, 2: T.convTranspose2d, 3: T.convTranspose3d } as const;
const averages = { 1: T.avgPool1d, 2: T.avgPool2d, 3: T.avgPool3d } as const;
const maxima = { 1: T.maxPool1dWithIndices, 2: T.maxPool2dWithIndices, 3: T.maxPool3dWithIndices } as const;

/** A convolution, transposed or not, or one of its gradients. */
export const convolution: Step = (p) => {
  const axes = p.r.pick([1, 2, 2, 3] as const);
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
    const [stride, padding, dilation] = [slide.stride, slide.padding, slide.dilation].map(perAxis);
    const options = { bias, stride, padding, dilation, groups };
    return (isTransposed ? transposedConvolutions : convolutions)[axes](input, filter, options);
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
  const axes = p.r.pick([1, 2, 2, 3] as const);
  const x = planes(p, axes);
  const ceilMode = p.r.chance(0.3);
  // A window must not lie in the padding as a whole, as one with gaps may.
  const mostPadding = (kernel: number, dilation: number): number => (dilation === 1 ? Math.floor(kernel / 2) : 0);
  const slide = sliding(p, x.tensor.shape.slice(2), mostPadding, ceilMode);
  if (slide === null) return null;
  // A rough number may tie with another on one device only, and then another index wins.
  const kind = p.r.pick(["avg", "max", x.certainty === "exact" ? "index" : "max"] as const);
  const countIncludePad = p.r.chance(0.5);
  const [kernel, stride, padding, dilation] = [slide.kernel, slide.stride, slide.padding, slide.dilation].map(perAxis);
  const text = `${kind}Pool${axes}d [${x.tensor.shape.join()}] ${told(slide)}${ceilMode ? " ceil" : ""}`;
  const average = (t: T.Tensor): T.Tensor => averages[axes](t, kernel, { stride, padding, ceilMode, countIncludePad });
  const largest = (t: T.Tensor): T.ValuesAndIndices => maxima[axes](t, kernel, { stride, padding, dilation, ceilMode });
  if (kind === "index") return { tensor: largest(x.tensor).indices, certainty: "exact", limit: x.tensor.size, text };
  const pool = kind === "avg" ? average : (t: T.Tensor): T.Tensor => largest(t).values;
  if (p.r.chance(0.3) && (kind === "avg" || x.certainty === "exact")) {
    const weights = p.floatInput(pool(x.tensor).shape).tensor;
    const tensor = grad((t: T.Tensor) => T.sum(T.mul(pool(t), weights)))(x.tensor) as T.Tensor;
    return { tensor, certainty: "rough", limit: T.sizeOf(slide.kernel), text: `gradient of ${text}` };
  }
  return { tensor: pool(x.tensor), certainty: kind === "avg" ? "rough" : x.certainty, limit: x.limit, text };
};

const interpolations = {
  1: ["nearest", "nearest-exact", "linear", "area"],
  2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area"],
  3: ["nearest", "nearest-exact", "trilinear", "area"],
} as const;

/** Another size, or the gradient of that. */
export const resampling: Step = (p) => {
  const axes = p.r.pick([1, 2, 2, 3] as const);
  const x = planes(p, axes);
  const mode = p.r.pick(interpolations[axes]);
  const size = Array.from({ length: axes }, () => p.r.between(1, mostElements[axes]));
  const isNearest = mode === "nearest" || mode === "nearest-exact";
  const alignCorners = !isNearest && mode !== "area" && p.r.chance(0.5);
  const antialias = (mode === "bilinear" || mode === "bicubic") && p.r.chance(0.4);
  const resample = (t: T.Tensor): T.Tensor => T.interpolate(t, { size, mode, alignCorners, antialias });
  const how = `${mode}${alignCorners ? " corners aligned" : ""}${antialias ? " antialiased" : ""}`;
  const text = `interpolate [${x.tensor.shape.join()}] to ${size.join()} ${how}`;
  if (p.r.chance(0.3)) {
    const weights = p.floatInput(resample(x.tensor).shape).tensor;
    const tensor = grad((t: T.Tensor) => T.sum(T.mul(resample(t), weights)))(x.tensor) as T.Tensor;
    return { tensor, certainty: "rough", limit: 2 * T.sizeOf(size), text: `gradient of ${text}` };
  }
  return { tensor: resample(x.tensor), certainty: isNearest ? x.certainty : "rough", limit: 2 * x.limit, text };
};

/** Images looked up at places given, some of them outside. Not the nearest element: which it is may hang on the last bit. */
export const sampling: Step = (p) => {
  const x = planes(p, 2);
  const [batch] = x.tensor.shape;
  const grid = p.floatInput([batch, p.r.between(1, 6), p.r.between(1, 6), 2]).tensor;
  const mode = p.r.pick(["bilinear", "bicubic"] as const);
  const paddingMode = p.r.pick(["zeros", "border", "reflection"] as const);
  const alignCorners = p.r.chance(0.5);
  const tensor = T.gridSample(x.tensor, T.mul(grid, 1.3), { mode, paddingMode, alignCorners });
  const text = `gridSample [${x.tensor.shape.join()}] ${mode} ${paddingMode}${alignCorners ? " corners aligned" : ""}`;
  return { tensor, certainty: "rough", limit: 4 * x.limit, text };
};

/** Windows as columns, or added up again. */
export const unfolding: Step = (p) => {
  const x = planes(p, 2);
  const [, , height, width] = x.tensor.shape;
  const slide = sliding(p, [height, width], () => 2);
  if (slide === null) return null;
  const [kernel, stride, padding, dilation] = [slide.kernel, slide.stride, slide.padding, slide.dilation].map(perAxis);
  const columns = T.unfold2d(x.tensor, kernel, { stride, padding, dilation });
  const text = `unfold2d [${x.tensor.shape.join()}] ${told(slide)}`;
  if (p.r.chance(0.5)) return { ...x, tensor: columns, text };
  const weights = p.floatInput([1, ...columns.shape.slice(1)]).tensor;
  const tensor = T.fold2d(T.mul(columns, weights), perAxis([height, width]), kernel, { stride, padding, dilation });
  return { tensor, certainty: "rough", limit: x.limit * T.sizeOf(slide.kernel), text: `folded again ${text}` };
};
