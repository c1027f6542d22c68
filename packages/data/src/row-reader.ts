import { formatShape, ShapeError, sizeOf, ValueError } from "@minima/tensor";
import type { TypedArray } from "@minima/tensor";
import type { ArraySource, HostArray } from "./array-source.ts";
import { batchDType, hasBytes, rowsOf } from "./array-source.ts";
import type { RowSpec } from "./dataset.ts";
import type { ChannelAffine } from "./normalization.ts";
import { channelAffines } from "./normalization.ts";

/** Copies chosen rows of one array into a batch, converting on the way. */
export interface RowReader {
  readonly count: number;
  readonly spec: RowSpec;
  read(rows: Uint32Array, output: TypedArray): void;
}

/** The fastest reader for a source. `name` is how errors call it. */
export function rowReader(name: string, source: ArraySource): RowReader {
  const { count, shape } = rowsOf(name, source);
  const spec: RowSpec = { shape, dtype: batchDType(name, source) };
  const size = sizeOf(spec.shape);
  const copy = copier(name, source, spec, size);
  return {
    count,
    spec,
    read(rows, output) {
      if (output.length !== rows.length * size) {
        throw new ShapeError(
          `${name}: a batch of ${rows.length} rows of ${formatShape(shape)} has ${rows.length * size} elements, ` +
            `the array to fill has ${output.length}`,
        );
      }
      for (const row of rows) {
        if (row >= count) throw new ValueError(`${name}: row ${row} does not exist, there are ${count}`);
      }
      copy(rows, output);
    },
  };
}

type Copy = (rows: Uint32Array, output: TypedArray) => void;

function copier(name: string, source: ArraySource, spec: RowSpec, size: number): Copy {
  const { data } = source;
  if (source.scale === undefined && source.normalize === undefined) {
    return size === 1 ? elementCopy(data) : rowCopy(data, size);
  }
  const channels = channelAffines(name, spec.shape, source.scale ?? 1, source.normalize);
  const plane = size / channels.length;
  return hasBytes(data) ? tableCopy(data, size, plane, channels) : affineCopy(data, size, plane, channels);
}

/** One element a row (labels): an indexed loop beats a subarray per row. */
function elementCopy(data: HostArray): Copy {
  return (rows, output) => {
    for (let place = 0; place < rows.length; place++) output[place] = data[rows[place]];
  };
}

/** `set` moves memory and converts dtypes; rows that follow each other move at once. */
function rowCopy(data: HostArray, size: number): Copy {
  return (rows, output) => {
    let place = 0;
    while (place < rows.length) {
      const first = rows[place];
      let run = 1;
      while (place + run < rows.length && rows[place + run] === first + run) run++;
      output.set(data.subarray(first * size, (first + run) * size), place * size);
      place += run;
    }
  };
}

/** Bytes have 256 values: a table for each channel holds what each turns into. */
function tableCopy(data: HostArray, size: number, plane: number, channels: readonly ChannelAffine[]): Copy {
  const tables = channels.map(({ factor, offset }) =>
    Float32Array.from({ length: 256 }, (_, x) => x * factor + offset),
  );
  return (rows, output) => {
    let place = 0;
    for (const row of rows) {
      let from = row * size;
      for (const table of tables) {
        for (const end = from + plane; from < end; from++) output[place++] = table[data[from]];
      }
    }
  };
}

function affineCopy(data: HostArray, size: number, plane: number, channels: readonly ChannelAffine[]): Copy {
  return (rows, output) => {
    let place = 0;
    for (const row of rows) {
      let from = row * size;
      for (const { factor, offset } of channels) {
        for (const end = from + plane; from < end; from++) output[place++] = data[from] * factor + offset;
      }
    }
  };
}
