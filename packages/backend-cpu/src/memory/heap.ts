/** A free range of addresses. */
interface Range {
  start: number;
  bytes: number;
}

/**
 * Best-fit allocation of address ranges with coalescing: free ranges are kept in the order of their addresses, and a
 * range that is given back merges with its neighbours. Sizes are multiples of 64, so that starts are cache lines.
 */
export class Heap {
  readonly #free: Range[] = [];
  #used = 0;
  #end: number;

  /** @param start - First address; a multiple of 64. */
  constructor(start: number) {
    this.#end = start;
  }

  /** Bytes handed out. */
  get used(): number {
    return this.#used;
  }

  /** One past the last address ever handed out. */
  get end(): number {
    return this.#end;
  }

  /** Where a range of `bytes` would begin, extending the heap if nothing free is large enough. */
  allocate(bytes: number): number {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const size = this.#free[i].bytes;
      if (size >= bytes && (best < 0 || size < this.#free[best].bytes)) {
        best = i;
        if (size === bytes) break;
      }
    }
    this.#used += bytes;
    if (best >= 0) return this.#takeFrom(best, bytes);
    // A free range at the very end needs only the rest to be added.
    const last = this.#free[this.#free.length - 1];
    if (last !== undefined && last.start + last.bytes === this.#end) {
      this.#end += bytes - last.bytes;
      last.bytes = bytes;
      return this.#takeFrom(this.#free.length - 1, bytes);
    }
    const start = this.#end;
    this.#end += bytes;
    return start;
  }

  /** How far the heap would have to reach for a range of `bytes`. */
  endAfter(bytes: number): number {
    if (this.#free.some((range) => range.bytes >= bytes)) return this.#end;
    const last = this.#free[this.#free.length - 1];
    const spare = last !== undefined && last.start + last.bytes === this.#end ? last.bytes : 0;
    return this.#end + bytes - spare;
  }

  free(start: number, bytes: number): void {
    this.#used -= bytes;
    const at = this.#firstAfter(start);
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before !== undefined && before.start + before.bytes === start;
    const joinsAfter = after !== undefined && start + bytes === after.start;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#free.splice(at, 1);
    } else if (joinsAfter) {
      after.start = start;
      after.bytes += bytes;
    } else {
      this.#free.splice(at, 0, { start, bytes });
    }
  }

  #takeFrom(i: number, bytes: number): number {
    const range = this.#free[i];
    const { start } = range;
    if (range.bytes === bytes) {
      this.#free.splice(i, 1);
    } else {
      range.start += bytes;
      range.bytes -= bytes;
    }
    return start;
  }

  #firstAfter(start: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle].start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
