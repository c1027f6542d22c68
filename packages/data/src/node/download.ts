import type { DownloadAttempt, DownloadFailure } from "../errors.ts";
import { DataError, DownloadError } from "../errors.ts";

/** How far a download has come. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  readonly url: string;
  readonly bytes: number;
  /** Bytes to come in all, if the server told. */
  readonly total: number | undefined;
}

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Milliseconds without a byte after which a mirror is given up. */
  readonly timeout: number;
  /** More bytes than this are not taken from any mirror. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * Gets a file from the first mirror that delivers it whole; `check` looks at the bytes and throws a DataError if they
 * are not the file. Nothing is written to disk.
 * @throws DownloadError if no mirror delivers; the reason of `signal` if it is aborted.
 */
export async function download<Checked>(
  file: string,
  mirrors: readonly string[],
  check: (bytes: Uint8Array, url: string) => Promise<Checked>,
  options: DownloadOptions,
): Promise<Checked> {
  const attempts: DownloadAttempt[] = [];
  for (const url of mirrors) {
    options.signal?.throwIfAborted();
    try {
      return await check(await fetchBytes(file, url, options), url);
    } catch (error) {
      options.signal?.throwIfAborted();
      attempts.push({ url, ...describe(error) });
    }
  }
  throw new DownloadError(file, attempts);
}

/** A failed attempt, before it is known whether another mirror will do. */
class AttemptError extends Error {
  readonly reason: DownloadFailure;

  constructor(reason: DownloadFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

function describe(error: unknown): { reason: DownloadFailure; message: string } {
  if (error instanceof AttemptError) return { reason: error.reason, message: error.message };
  if (error instanceof DataError) return { reason: "corrupt", message: error.message };
  throw error;
}

async function fetchBytes(file: string, url: string, options: DownloadOptions): Promise<Uint8Array> {
  const stall = new AbortController();
  const giveUp = () => stall.abort(new AttemptError("offline", `no answer for ${options.timeout} ms`));
  const timer = setTimeout(giveUp, options.timeout);
  try {
    const signals = options.signal === undefined ? [stall.signal] : [stall.signal, options.signal];
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new AttemptError("refused", `HTTP ${response.status} ${response.statusText}`.trimEnd());
    }
    return await readBody(file, url, response.headers, response.body.getReader(), timer, options);
  } catch (error) {
    if (error instanceof AttemptError) throw error;
    if (stall.signal.aborted) throw stall.signal.reason;
    throw new AttemptError("offline", connectionProblem(error));
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(
  file: string,
  url: string,
  headers: Headers,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  timer: NodeJS.Timeout,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const total = announcedBytes(headers);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (total !== undefined && total > options.maxBytes) await refuseLength(reader, total, options.maxBytes);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    timer.refresh();
    bytes += value.length;
    if (bytes > options.maxBytes) await refuseLength(reader, bytes, options.maxBytes);
    chunks.push(value);
    options.onProgress?.({ file, url, bytes, total });
  }
  if (total !== undefined && bytes !== total) {
    throw new AttemptError("offline", `the connection ended after ${bytes} of ${total} bytes`);
  }
  return Buffer.concat(chunks, bytes);
}

/** Content-Length counts what is sent, which is not what arrives if the server compresses on the way. */
function announcedBytes(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding")) return undefined;
  const bytes = Number(length);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

async function refuseLength(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytes: number,
  maxBytes: number,
): Promise<never> {
  await reader.cancel();
  throw new AttemptError("corrupt", `${bytes} bytes or more, expected at most ${maxBytes}`);
}

/** `fetch` says little itself; its cause has the code, such as ENOTFOUND. */
function connectionProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
  return `${error.message}: ${code}`;
}
