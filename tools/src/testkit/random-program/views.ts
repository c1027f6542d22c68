import * as T from "@minima/tensor";
import type { ProgramBuilder, Step } from "./program-builder.ts";
import type { StepResult, Value } from "./value.ts";

/** What a view makes of a tensor, with its description; null if it does not fit. */
type View = (p: ProgramBuilder, x: T.Tensor) => readonly [T.Tensor, string] | null;

const permute: View = (p, x) => {
  const axes = p.r.shuffled(x.shape.map((_, axis) => axis));
  return [T.permute(x, axes), `permute ${axes.join()}`];
};

/** Ranges in either direction, with ends beyond the axis. */
const slice: View = (p, x) => {
  const ranges = x.shape.map((extent): T.Range | null => {
    if (p.r.chance(0.2)) return null;
    const step = p.r.pick([1, 1, 2, 3, -1, -1, -2]);
    const [a, b] = [p.r.between(-1, extent), p.r.between(1, extent + 1)];
    const start = Math.max(a, 0);
    return step > 0 ? [start, start + b, step] : [p.r.chance(0.3) ? null : start, null, step];
  });
  return [T.slice(x, ranges), `slice ${JSON.stringify(ranges)}`];
};

const reshape: View = (p, x) => {
  if (x.ndim < 2) return null;
  const axis = p.r.below(x.ndim - 1);
  const shape = [...x.shape];
  if (p.r.chance(0.5)) shape.splice(axis, 2, shape[axis] * shape[axis + 1]);
  else if (shape[axis] % 2 === 0) shape.splice(axis, 1, 2, shape[axis] / 2);
  else return null;
  return [T.reshape(x, shape), `reshape ${shape.join()}`];
};

const expand: View = (p, x) => {
  const shape = [p.r.between(2, 3), ...x.shape];
  return [T.expand(x, shape), `expand ${shape.join()}`];
};

/** Pads of any mode, or negative ones, which cut. */
const pad: View = (p, x) => {
  if (x.ndim === 0 || x.shape.includes(0)) return null;
  const axes = p.r.between(1, Math.min(2, x.ndim));
  const mode = p.r.pick(["constant", "constant", "reflect", "replicate", "circular"] as const);
  const pads = Array.from({ length: axes }, (_, i) => {
    const extent = x.shape[x.ndim - 1 - i];
    const most = mode === "reflect" ? extent - 1 : mode === "circular" ? extent : 3;
    return [0, 1].map(() => (p.r.chance(0.15) && extent > 2 ? -1 : p.r.below(Math.min(most, 3) + 1)));
  }).flat();
  return [
    T.pad(x, pads, { mode, value: mode === "constant" ? p.r.pick([0, 0, 0.5]) : 0 }),
    `pad ${mode} ${pads.join()}`,
  ];
};

const roll: View = (p, x) => {
  if (x.ndim === 0) return null;
  const [shift, axis] = [p.r.between(-3, 3), p.axisOf(x)];
  return [T.roll(x, shift, axis), `roll ${shift} on ${axis}`];
};

const select: View = (p, x) => {
  const axis = x.ndim === 0 ? 0 : p.axisOf(x);
  if (x.ndim === 0 || x.shape[axis] === 0) return null;
  return [T.select(x, axis, p.r.below(x.shape[axis])), `select on ${axis}`];
};

const part: View = (p, x) => {
  const axis = x.ndim === 0 ? 0 : p.axisOf(x);
  if (x.ndim === 0 || x.shape[axis] < 2) return null;
  return [p.r.pick(T.chunk(x, 2, axis)), `chunk on ${axis}`];
};

const triangle: View = (p, x) => {
  if (x.ndim < 2 || x.dtype === "bool") return null;
  const name = p.r.pick(["tril", "triu"] as const);
  const diagonal = p.r.between(-1, 1);
  return [T[name](x, diagonal), `${name} ${diagonal}`];
};

const diagonal: View = (p, x) => {
  if (x.ndim < 2 || x.shape.includes(0)) return null;
  return [T.diagonal(x, { offset: p.r.pick([0, 0, 1]) }), "diagonal"];
};

const repeat: View = (p, x) => {
  if (x.ndim === 0) return null;
  if (p.r.chance(0.5)) {
    const repeats = x.shape.map(() => p.r.pick([1, 1, 2]));
    return [T.tile(x, repeats), `tile ${repeats.join()}`];
  }
  const axis = p.axisOf(x);
  return [T.repeatInterleave(x, 2, axis), `repeatInterleave on ${axis}`];
};

const views: readonly View[] = [
  permute,
  permute,
  slice,
  slice,
  reshape,
  expand,
  pad,
  roll,
  select,
  part,
  triangle,
  diagonal,
  repeat,
  (p, x) => (x.ndim === 0 ? null : [T.flip(x, p.axesOf(x) ?? 0), "flip"]),
  (p, x) => [T.unsqueeze(x, p.r.below(x.ndim + 1)), "unsqueeze"],
  (_, x) => [T.squeeze(x), "squeeze"],
  (_, x) => [T.flatten(x), "flatten"],
];

export const view: Step = (p) => {
  const x = p.pick();
  const made = x === undefined ? null : p.r.pick(views)(p, x.tensor);
  if (x === undefined || made === null) return null;
  return { tensor: made[0], certainty: x.certainty, limit: Math.max(x.limit, 0.5), text: made[1] };
};

export const join: Step = (p) => {
  const isSame = (a: Value, b: Value, axis: number): boolean =>
    b.certainty === a.certainty &&
    b.tensor.dtype === a.tensor.dtype &&
    b.tensor.ndim === a.tensor.ndim &&
    b.tensor.shape.every((extent, k) => k === axis || extent === a.tensor.shape[k]);
  const a = p.pick((value) => value.tensor.ndim > 0);
  if (a === undefined) return null;
  const axis = p.axisOf(a.tensor);
  if (p.r.chance(0.3)) {
    const b = p.pick((value) => isSame(a, value, -1)) as StepResult;
    return {
      ...a,
      tensor: T.stack([a.tensor, b.tensor], axis),
      limit: Math.max(a.limit, b.limit),
      text: `stack ${axis}`,
    };
  }
  const b = p.pick((value) => isSame(a, value, axis)) as StepResult;
  const list = p.r.chance(0.5) ? [a.tensor, b.tensor] : [b.tensor, a.tensor, b.tensor];
  return { ...a, tensor: T.concat(list, axis), limit: Math.max(a.limit, b.limit), text: `concat ${axis}` };
};
