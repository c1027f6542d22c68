import { bufferUsage, mapModeRead } from "../constants.ts";

/** Queries that a set may hold, by the standard; each pass takes two. */
const queriesPerSet = 4096;
const passesPerSet = queriesPerSet / 2;
const bytesPerQuery = 8;

/** Times the passes of one submit by the clock of the GPU, which needs the feature `timestamp-query`. */
export class PassTimer {
  readonly #passes: number;
  readonly #sets: readonly GPUQuerySet[];
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  constructor(device: GPUDevice, passes: number) {
    this.#passes = passes;
    const counts = Array.from({ length: Math.ceil(passes / passesPerSet) }, (_, set) => {
      return 2 * Math.min(passes - set * passesPerSet, passesPerSet);
    });
    this.#sets = counts.map((count) => device.createQuerySet({ label: "profile", type: "timestamp", count }));
    const size = 2 * passes * bytesPerQuery;
    const { queryResolve, copySource, copyDestination, mapRead } = bufferUsage;
    this.#resolved = device.createBuffer({ label: "profile", size, usage: queryResolve | copySource });
    this.#staging = device.createBuffer({ label: "profile", size, usage: mapRead | copyDestination });
  }

  /** Where the pass of this number writes its times. */
  timestampWrites(pass: number): GPUComputePassTimestampWrites {
    const at = 2 * (pass % passesPerSet);
    return {
      querySet: this.#sets[Math.floor(pass / passesPerSet)],
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  /** To be called when all passes have been encoded. */
  resolve(encoder: GPUCommandEncoder): void {
    for (const [set, querySet] of this.#sets.entries()) {
      encoder.resolveQuerySet(querySet, 0, querySet.count, this.#resolved, set * queriesPerSet * bytesPerQuery);
    }
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, this.#staging.size);
  }

  /** Milliseconds of each pass, once the submit is done. To be called once; null if the device failed. */
  async read(): Promise<readonly number[] | null> {
    try {
      await this.#staging.mapAsync(mapModeRead);
      const stamps = new BigUint64Array(this.#staging.getMappedRange());
      // The standard lets a clock jump; a time below zero says nothing.
      return Array.from({ length: this.#passes }, (_, i) =>
        Math.max(Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6, 0),
      );
    } catch {
      return null;
    } finally {
      for (const querySet of this.#sets) querySet.destroy();
      this.#resolved.destroy();
      this.#staging.destroy();
    }
  }
}
