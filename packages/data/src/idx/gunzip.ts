import { DataError } from "../errors.ts";

/** No deflate stream expands a byte to more than this (a match of 258 bytes in 2 bits). */
export const maxExpansion = 1032;

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The uncompressed content of a gzip file, piece by piece, so that the caller can stop a file that expands to more than
 * it should. The decoder is the platform's (`DecompressionStream`), in Node and in browsers.
 * @throws DataError for a file that is damaged or cut short, or where there is no decoder.
 */
export async function* gunzip(bytes: Uint8Array, file: string): AsyncGenerator<Uint8Array, void, void> {
  const { DecompressionStream, ReadableStream } = streams(file);
  const reader = new ReadableStream(slices(bytes)).pipeThrough(new DecompressionStream("gzip")).getReader();
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new DataError(
          `the gzip data are corrupt or cut short (${reason(cause)}), found after ${read} good bytes`,
          {
            file,
            offset: read,
            cause,
          },
        );
      });
      if (done) return;
      read += value.length;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // after an error there is nothing left to cancel
  }
}

type Streams = Pick<typeof globalThis, "DecompressionStream" | "ReadableStream">;

interface Host {
  readonly DecompressionStream?: unknown;
  readonly process?: { getBuiltinModule?: (name: "node:stream/web") => Streams | undefined };
}

/** The platform's streams. Where an environment of tests hides those of Node, as Jest's jsdom does, Node still has them. */
function streams(file: string): Streams {
  const { DecompressionStream, process }: Host = globalThis;
  const found = DecompressionStream === undefined ? process?.getBuiltinModule?.("node:stream/web") : globalThis;
  if (found === undefined) throw new DataError("nothing here reads gzip; give the uncompressed file", { file });
  return found;
}

/** Small pieces, so that a decoder that is cancelled has not taken in the whole file. */
function slices(bytes: Uint8Array): UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  const sliceBytes = 65536;
  let position = 0;
  return {
    pull(controller) {
      if (position >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.slice(position, position + sliceBytes));
      position += sliceBytes;
    },
  };
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
