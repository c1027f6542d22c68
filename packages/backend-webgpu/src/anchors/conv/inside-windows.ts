import { type ConvStep, sizeOf } from "@minima/tensor";
import type { Kernel, KernelLimits, Memory } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { type Sliding, joinIndex, splitIndex } from "../window.ts";
import { bindSource } from "../source.ts";
import type { Geometry } from "./geometry.ts";
import { type Windows, windowsOf } from "./windows.ts";

/** Along one axis: where elements of an image lie among zeros. */
interface Spread {
  /** Elements of the image, and of the copy. */
  readonly extent: number;
  readonly spreadExtent: number;
  /** Where the first element lies, before the beginning if below zero; and how far apart they lie. */
  readonly first: number;
  readonly gap: number;
}

/**
 * Windows that lie inside of the image, so that no element has to be tested: where they reach over its edges, they are of
 * a copy with zeros around. For the gradient of a strided convolution there are zeros between its elements as well. Null
 * if the device cannot bind so large a copy.
 */
export function insideWindows(step: ConvStep, geometry: Geometry, limits: KernelLimits): Windows | null {
  const { spreads, moved, sliding } =
    step.attributes.mode === "inputGradient" ? spreadGradient(step, geometry) : spreadInput(step, geometry);
  if (spreads.every((axis) => axis.first === 0 && axis.gap === 1 && axis.spreadExtent <= axis.extent)) {
    return { ...windowsOf(step, geometry), sliding };
  }
  const planes = step.a.shape[0] * step.a.shape[1];
  const bytes = planes * sizeOf(spreads.map(({ spreadExtent }) => spreadExtent)) * 4;
  if (bytes > limits.maxStorageBufferBindingSize) return null;
  const image: Memory = { scratch: 0 };
  const kernel = spreadKernel(step, image, spreads, limits);
  return {
    bind: (writer) => writer.bind(image, "float32", "read"),
    slots: [],
    before: { kernels: [kernel], scratch: [bytes] },
    geometry: moved,
    sliding,
  };
}

interface InsideWindows {
  readonly spreads: readonly Spread[];
  /** The geometry with the extents of the copy. */
  readonly moved: Geometry;
  readonly sliding: Sliding;
}

function spreadInput({ attributes }: ConvStep, geometry: Geometry): InsideWindows {
  const { stride, dilation, padBefore } = attributes;
  const { x, plane: extents, taps, outPlane } = geometry;
  const plane = outPlane.map((count, k) => (count - 1) * stride[k] + (taps[k] - 1) * dilation[k] + 1);
  return {
    spreads: extents.map((extent, k) => ({ extent, spreadExtent: plane[k], first: padBefore[k], gap: 1 })),
    moved: { ...geometry, plane, x: [x[0], x[1], ...plane] },
    sliding: { stride, dilation, padBefore: plane.map(() => 0) },
  };
}

function spreadGradient({ attributes }: ConvStep, geometry: Geometry): InsideWindows {
  const { stride, dilation, padBefore } = attributes;
  const { y, plane, taps, outPlane: extents } = geometry;
  const reach = taps.map((count, k) => (count - 1) * dilation[k]);
  const outPlane = plane.map((extent, k) => extent + reach[k]);
  return {
    spreads: extents.map((extent, k) => {
      return { extent, spreadExtent: outPlane[k], first: reach[k] - padBefore[k], gap: stride[k] };
    }),
    moved: { ...geometry, outPlane, y: [y[0], y[1], ...outPlane] },
    sliding: { stride: plane.map(() => 1), dilation, padBefore: reach },
  };
}

/** Copies the image to where its elements lie among zeros. */
function spreadKernel({ a }: ConvStep, target: Memory, spreads: readonly Spread[], limits: KernelLimits): Kernel {
  const writer = new KernelWriter(limits);
  const source = bindSource(writer, a);
  const copy = writer.bind(target, "float32", "write");
  const [from, to] = [spreads.map(({ extent }) => extent), spreads.map(({ spreadExtent }) => spreadExtent)];
  const planes = a.shape[0] * a.shape[1];
  return writer.forEachItem(`spread [${a.shape.join()}] to [${to.join()}]`, planes * sizeOf(to), () => {
    writer.line(`let first = i32(item / ${sizeOf(to)}u) * ${sizeOf(from)};`);
    const at = splitIndex(writer, `(item % ${sizeOf(to)}u)`, to, "p");
    const tests: string[] = [];
    const place = spreads.map(({ extent, first, gap }, k) => {
      const moved = writer.let(`${at[k]} - ${first}`);
      tests.push(`(${moved} >= 0)`, `(${moved} < ${extent * gap})`, ...(gap === 1 ? [] : [`(${moved} % ${gap} == 0)`]));
      return gap === 1 ? moved : `${moved} / ${gap}`;
    });
    writer.line(`let is_inside = ${tests.join(" & ")};`);
    const value = source.load(`select(0, first + ${joinIndex(place, from)}, is_inside)`);
    copy.store("item", `select(0.0f, ${value}, is_inside)`);
  });
}
