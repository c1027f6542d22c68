import type { Device, Tensor, TypedArray } from "@minima/tensor";
import { checkInteger, checkOptions, tensor, ValueError } from "@minima/tensor";
import type { Dataset, RowSpec } from "./dataset.ts";
import { allocateRows } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { CounterRandom } from "./random/counter-random.ts";
import { identity, shuffleInPlace } from "./random/permutation.ts";

/** Some rows as tensors, the batch axis first. */
export interface Batch {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  /** Number of rows; the last batch of an epoch may have fewer than the others. */
  readonly size: number;
}

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Rows in a batch, 32 by default. */
  readonly batchSize?: number | undefined;
  /** Read the rows in another random order each epoch; off by default. */
  readonly shuffle?: boolean | undefined;
  /** Seed of the order, 0 by default. */
  readonly seed?: number | undefined;
  /** Leave out the last batch of an epoch if it is not full; off by default. */
  readonly dropLast?: boolean | undefined;
  /** The device batches live on; default the one of `setBackend`. */
  readonly backend?: Device | undefined;
}

/**
 * Batches of a data set. Each `for` or `for await` over the loader is one epoch.
 *
 * The order of an epoch is a pure function of (seed, epoch, length): a Fisher-Yates shuffle with Threefry bits, the
 * same on every platform. A batch stands in typed arrays of its own, so it may be kept.
 */
export class DataLoader implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  readonly #backend: Device | undefined;
  #epoch = 0;

  /** @throws ValueError for options that do not exist or are out of range, for what is no data set, or without a batch. */
  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    const { batchSize = 32, shuffle = false, seed = 0, dropLast = false } = options;
    checkOptions("DataLoader", options, { batchSize: true, shuffle: true, seed: true, dropLast: true, backend: true });
    checkInteger("DataLoader", "batchSize", batchSize, 1);
    checkDataset(dataset);
    if (dataset.length === 0) throw new ValueError("DataLoader: the data set has no rows");
    if (dropLast && batchSize > dataset.length) {
      throw new ValueError(
        `DataLoader: with dropLast, batches of ${batchSize} need as many rows, the data set has ${dataset.length}`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
    this.#backend = options.backend;
    new CounterRandom(seed, "shuffle"); // a bad seed fails here, not in the middle of training
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The epoch that the next iteration reads, from 0; each iteration adds one. Set it to go on where training stopped. */
  get epoch(): number {
    return this.#epoch;
  }

  set epoch(epoch: number) {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch >= 2 ** 32) {
      throw new ValueError(`DataLoader: epoch must be an integer from 0 to 2^32 - 1, got ${epoch}`);
    }
    this.#epoch = epoch;
  }

  /** @throws DataError if the data set reads asynchronously. */
  *[Symbol.iterator](): Generator<Batch, void, void> {
    for (const rows of this.#nextEpoch()) {
      const { inputs, targets, filled } = this.#read(rows);
      if (filled instanceof Promise) {
        filled.catch(() => undefined); // the error below tells more
        throw new DataError(
          "DataLoader: this data set reads asynchronously; write `for await (const batch of loader)`",
        );
      }
      yield this.#batch(rows.length, inputs, targets);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    for (const rows of this.#nextEpoch()) {
      const { inputs, targets, filled } = this.#read(rows);
      await filled;
      yield this.#batch(rows.length, inputs, targets);
    }
  }

  /** Row numbers of each batch of the epoch. */
  *#nextEpoch(): Generator<Uint32Array, void, void> {
    const order = identity(this.dataset.length);
    if (this.shuffle) shuffleInPlace(order, new CounterRandom(this.seed, "shuffle", this.#epoch));
    this.#epoch = (this.#epoch + 1) % 2 ** 32;
    for (let batch = 0; batch < this.length; batch++) {
      yield order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
    }
  }

  #read(rows: Uint32Array): { inputs: TypedArray; targets: TypedArray; filled: void | Promise<void> } {
    const inputs = allocateRows(this.dataset.inputs, rows.length);
    const targets = allocateRows(this.dataset.targets, rows.length);
    return { inputs, targets, filled: this.dataset.fill(rows, inputs, targets) };
  }

  #batch(size: number, inputs: TypedArray, targets: TypedArray): Batch {
    const toTensor = (spec: RowSpec, data: TypedArray): Tensor =>
      tensor(data, { shape: [size, ...spec.shape], dtype: spec.dtype, backend: this.#backend });
    return { inputs: toTensor(this.dataset.inputs, inputs), targets: toTensor(this.dataset.targets, targets), size };
  }
}

function checkDataset(dataset: unknown): void {
  const { fill, length } = Object(dataset) as Partial<Dataset>;
  if (typeof fill === "function" && Number.isSafeInteger(length)) return;
  const hint = dataset instanceof Promise ? "await it first" : "make one with arrayDataset, or await tensorDataset";
  throw new ValueError(`DataLoader: ${String(dataset)} is no data set; ${hint}`);
}
