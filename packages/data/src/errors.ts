import { MinimaError } from "@minima/tensor";

/** Where the bad data lie, beside the usual `cause`. */
export interface DataErrorOptions extends ErrorOptions {
  /** File, address or other name of the source. */
  readonly file?: string | undefined;
  /** Byte in that source; in a gzip file, the byte of the uncompressed content. */
  readonly offset?: number | undefined;
}

/** Data that cannot be used: the message starts with the file and the byte offset where these are known. */
export class DataError extends MinimaError {
  override name = "DataError";
  readonly file: string | undefined;
  readonly offset: number | undefined;

  constructor(message: string, options: DataErrorOptions = {}) {
    super(locate(message, options), "cause" in options ? { cause: options.cause } : undefined);
    this.file = options.file;
    this.offset = options.offset;
  }
}

function locate(message: string, { file, offset }: DataErrorOptions): string {
  if (file === undefined) return message;
  return offset === undefined ? `${file}: ${message}` : `${file}, byte ${offset}: ${message}`;
}

/** Files that a data set needs and that are not in the folder; `missing` lists them by name. */
export class MissingFilesError extends DataError {
  override name = "MissingFilesError";
  readonly folder: string;
  readonly missing: readonly string[];

  constructor(message: string, folder: string, missing: readonly string[], options: ErrorOptions = {}) {
    super(message, { ...options, file: folder });
    this.folder = folder;
    this.missing = missing;
  }
}

/**
 * Why a download failed: `offline` (no connection, or lost on the way), `refused` (a server answered, but not with the
 * file) or `corrupt` (the bytes that came are not the file).
 */
export type DownloadFailure = "offline" | "refused" | "corrupt";

/** One mirror that was tried in vain. */
export interface DownloadAttempt {
  readonly url: string;
  readonly reason: DownloadFailure;
  readonly message: string;
}

/**
 * No mirror delivered the file. `reason` is the worst of all attempts: `corrupt` if any delivered wrong bytes, else
 * `refused` if any server answered, else `offline`.
 */
export class DownloadError extends DataError {
  override name = "DownloadError";
  readonly reason: DownloadFailure;
  readonly attempts: readonly DownloadAttempt[];

  constructor(file: string, attempts: readonly DownloadAttempt[], options: ErrorOptions = {}) {
    const reason = worst(attempts);
    const list = attempts.map((attempt) => `${attempt.url} (${attempt.message})`).join("; ");
    super(`${explanation[reason]}: ${list}`, { ...options, file });
    this.reason = reason;
    this.attempts = attempts;
  }
}

const explanation: Readonly<Record<DownloadFailure, string>> = {
  offline: "cannot be downloaded, no mirror could be reached",
  refused: "cannot be downloaded, no mirror has it",
  corrupt: "cannot be downloaded, a mirror delivered other bytes than the published ones",
};

function worst(attempts: readonly DownloadAttempt[]): DownloadFailure {
  if (attempts.some((attempt) => attempt.reason === "corrupt")) return "corrupt";
  return attempts.some((attempt) => attempt.reason === "refused") ? "refused" : "offline";
}
