import { MinimaError } from "../errors.ts";

/** A file that does not follow the safetensors format, or tensors that it cannot hold. */
export class SafetensorsError extends MinimaError {
  override name = "SafetensorsError";
}

/** Where something is wrong: the file or its stand-in, the tensor if one is concerned, the byte counted from the start. */
export interface Place {
  readonly source: string;
  readonly tensor?: string | undefined;
  readonly byte: number;
}

/** Throws a {@link SafetensorsError} that names the place. */
export function fail(place: Place, problem: string, options?: ErrorOptions): never {
  const tensor = place.tensor === undefined ? "" : ` tensor ${quote(place.tensor)},`;
  throw new SafetensorsError(`${place.source}:${tensor} byte ${place.byte}: ${problem}`, options);
}

/** Names come from files: quoted, control characters escaped, long ones cut. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

/** WebAssembly and every engine we support are little-endian, as the format is; elsewhere numbers would come out wrong. */
export function assertLittleEndian(): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
    throw new SafetensorsError("safetensors: this machine is big-endian, which Minima does not support");
  }
}
