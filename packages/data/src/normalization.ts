import { formatShape, ValueError } from "@minima/tensor";

/**
 * Standardisation: (x - mean) / std, x being the value after scaling. A number holds for all elements; a list has one
 * number for each channel, the first axis of a row (NCHW).
 */
export interface Normalization {
  readonly mean: number | readonly number[];
  readonly std: number | readonly number[];
}

/** x * factor + offset, one pair for each channel. */
export interface ChannelAffine {
  readonly factor: number;
  readonly offset: number;
}

/**
 * The affine map of each channel of a row for a scale and a normalisation; one entry if all channels share it.
 * @throws ValueError for a standard deviation that is not positive, or a list of the wrong length.
 */
export function channelAffines(
  name: string,
  rowShape: readonly number[],
  scale: number,
  normalize: Normalization | undefined,
): ChannelAffine[] {
  if (!Number.isFinite(scale) || scale === 0) {
    throw new ValueError(`${name}: scale must be a finite number other than 0, got ${scale}`);
  }
  if (normalize === undefined) return [{ factor: scale, offset: 0 }];
  const means = channelValues(name, "mean", normalize.mean, rowShape);
  const stds = channelValues(name, "std", normalize.std, rowShape);
  const channels = Math.max(means.length, stds.length);
  return Array.from({ length: channels }, (_, channel) => {
    const mean = means[means.length === 1 ? 0 : channel];
    const std = stds[stds.length === 1 ? 0 : channel];
    if (!Number.isFinite(mean) || !Number.isFinite(std) || std <= 0) {
      throw new ValueError(`${name}: normalize needs a finite mean and a positive std, got mean ${mean}, std ${std}`);
    }
    return { factor: scale / std, offset: -mean / std };
  });
}

function channelValues(
  name: string,
  field: "mean" | "std",
  value: number | readonly number[],
  rowShape: readonly number[],
): readonly number[] {
  if (typeof value === "number") return [value];
  if (rowShape.length > 0 && value.length === rowShape[0]) return value;
  const wanted =
    rowShape.length > 0 ? `${rowShape[0]} numbers (channels of rows ${formatShape(rowShape)})` : "one number";
  throw new ValueError(`${name}: normalize.${field} has ${value.length} numbers, expected ${wanted}`);
}
