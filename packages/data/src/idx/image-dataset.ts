import { ArrayDataset } from "../array-dataset.ts";
import { DataError } from "../errors.ts";
import type { Normalization } from "../normalization.ts";
import type { IdxArray } from "./read-idx.ts";

/** Options of {@link idxImageDataset}. */
export interface IdxImageOptions {
  /** Number of classes; labels must lie below it. 10 by default. */
  readonly classes?: number | undefined;
  /** Standardises pixels after they have been brought to the range from 0 to 1. */
  readonly normalize?: Normalization | undefined;
}

/**
 * Images and labels of two idx files as a data set: inputs float32 [1, height, width] from 0 to 1, targets int32.
 * @throws DataError if the files are of other types, count different numbers of rows, or hold a label out of range.
 */
export function idxImageDataset(images: IdxArray, labels: IdxArray, options: IdxImageOptions = {}): ArrayDataset {
  const { classes = 10, normalize } = options;
  const pixels = bytesOf(images, 3, "images");
  const classOf = bytesOf(labels, 1, "labels");
  const [count, height, width] = images.shape;
  if (count === 0) throw new DataError("it holds no images", { file: images.source, offset: 4 });
  if (count !== labels.shape[0]) {
    throw new DataError(`${labels.shape[0]} labels, but ${images.source} has ${count} images`, {
      file: labels.source,
      offset: 4,
    });
  }
  const wrong = classOf.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new DataError(`label ${classOf[wrong]} of image ${wrong} is out of range, expected 0 to ${classes - 1}`, {
      file: labels.source,
      offset: labels.headerBytes + wrong,
    });
  }
  return new ArrayDataset({
    inputs: { data: pixels, shape: [count, 1, height, width], scale: 1 / 255, normalize },
    targets: { data: classOf, dtype: "int32" },
  });
}

function bytesOf(array: IdxArray, axes: number, what: string): Uint8Array {
  if (array.data instanceof Uint8Array && array.shape.length === axes) return array.data;
  throw new DataError(
    `wrong magic for ${what}: expected uint8 with ${axes} axes, found ${array.type} with ${array.shape.length}`,
    { file: array.source, offset: array.type === "uint8" ? 3 : 2 },
  );
}
