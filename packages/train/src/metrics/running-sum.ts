import {
  type Tensor,
  DTypeError,
  ShapeError,
  Variable,
  add,
  cast,
  formatShape,
  hostArray,
  makeState,
  sameShape,
  tensor,
} from "@minima/tensor";

/** After this many batches the sum moves to the host: float32 sums stay short, and where they end depends on no clock. */
const batchesOnDevice = 256;

/**
 * A sum over batches that stays on the device: adding is part of the step's program, and reading is up to the reader.
 * The sum over many batches is kept in double precision on the host.
 */
export class RunningSum {
  readonly #name: string;
  #device: Variable | null = null;
  #host: Float64Array = new Float64Array(0);
  #batches = 0;

  /** @param name - What errors call it. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Where the sum is on the device; null before the first batch, which says what shape it has. */
  get variable(): Variable | null {
    return this.#device;
  }

  /** Adds the statistics of a batch, those of float16 in float32; they are computed with the next program. */
  add(batch: Tensor): void {
    const statistics = batch.dtype === "float16" ? cast(batch, "float32") : batch;
    const sum = (this.#device ??= this.#start(statistics));
    if (!sameShape(sum.shape, statistics.shape)) {
      throw new ShapeError(
        `${this.#name}: the statistics of a batch have shape ${formatShape(statistics.shape)}, those before ` +
          `${formatShape(sum.shape)}; they must not depend on the size of the batch`,
      );
    }
    sum.assign(add(sum, statistics));
  }

  /** Call after the program of each batch. Moves the sum to the host if it has run for long. */
  async settle(): Promise<void> {
    this.#batches++;
    if (this.#batches < batchesOnDevice) return;
    const total = await this.read();
    this.reset();
    this.#host = total;
  }

  /** Starts from nothing again. */
  reset(): void {
    const sum = this.#device;
    if (sum === null) return;
    this.#host = new Float64Array(sum.size);
    this.#batches = 0;
    sum.assign(zerosOn(sum));
  }

  /** The sum so far. */
  async read(): Promise<Float64Array> {
    const total = this.#host.slice();
    if (this.#device !== null && this.#batches > 0) {
      const data = await this.#device.data();
      for (let i = 0; i < total.length; i++) total[i] += data[i];
    }
    return total;
  }

  #start(statistics: Tensor): Variable {
    if (statistics.dtype !== "float32" && statistics.dtype !== "int32") {
      throw new DTypeError(`${this.#name}: statistics must be float32 or int32, not ${statistics.dtype}`);
    }
    this.#host = new Float64Array(statistics.size);
    return makeState(() => new Variable(zerosOn(statistics), { name: this.#name }));
  }
}

/** Zeros from the host, so that the first program has the structure of all that follow. */
function zerosOn(like: Tensor): Tensor {
  const backend = like.node.device ?? undefined;
  return tensor(hostArray(like.dtype, like.size), { shape: like.shape, dtype: like.dtype, backend });
}
