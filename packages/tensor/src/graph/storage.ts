import type { Backend, DeviceBuffer } from "../backend.ts";
import { bytesPerElement, type DType, type TypedArray } from "../dtype.ts";
import { StaleTensorError } from "../errors.ts";

/**
 * The value of a node, on the host, on a device, or on both. A host array belongs to the collector. A device buffer
 * belongs to the executor, which alone sets and frees it; for a leaf made from host data it is a cache of `host`.
 */
export class Storage {
  readonly dtype: DType;
  readonly size: number;
  host: TypedArray | null;
  buffer: DeviceBuffer | null = null;
  backend: Backend | null = null;
  /** How many programs have read the host array through a device copy. */
  uploads = 0;
  /** Somebody holds this version of a variable as a snapshot: it must outlive the next updates. */
  kept = false;
  /** Why the value is gone, for the error that a late read throws. */
  stale: string | null = null;
  /** Whether the elements are numbers that were given, not results. */
  readonly isGiven: boolean;
  #range: readonly [least: number, most: number] | null = null;

  constructor(dtype: DType, size: number, host: TypedArray | null, isGiven = false) {
    this.isGiven = isGiven;
    this.dtype = dtype;
    this.size = size;
    this.host = host;
  }

  /** The smallest and the largest of numbers that were given, found once: they do not change. Null for results. */
  get givenRange(): readonly [least: number, most: number] | null {
    const { host } = this;
    if (this.#range !== null || host === null || !this.isGiven) return this.#range;
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < host.length; i++) {
      if (host[i] < least) least = host[i];
      if (host[i] > most) most = host[i];
    }
    return (this.#range = [least, most]);
  }

  get bytes(): number {
    return this.size * bytesPerElement[this.dtype];
  }

  /** Throws `StaleTensorError` if the value has been overwritten by later updates. */
  checkFresh(): void {
    if (this.stale !== null) throw staleTensorError(this.stale);
  }
}

/** The error for a value that is gone; `what` says whose value it was. */
export function staleTensorError(what: string): StaleTensorError {
  const isUpdate = what.startsWith("update");
  return new StaleTensorError(
    `this tensor belongs to ${what}` +
      (isUpdate
        ? ", which later updates have replaced; read it before the next step(), or keep a snapshot with variable.value or stateDict()"
        : "; read it before, or let it outlive the scope with scope.keep(t)"),
  );
}
