import { DataError } from "../errors.ts";

const explanations: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder, expected a file",
  EACCES: "no permission",
  EPERM: "no permission",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
};

/** The code of a system error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A system error in words: what was tried, why it failed, and `fix` if there is one. */
export function fileError(action: string, file: string, cause: unknown, fix?: string): DataError {
  const code = errorCode(cause);
  const reason = (code !== undefined ? explanations[code] : undefined) ?? (cause instanceof Error ? cause.message : "");
  return new DataError(`${action}: ${reason}${fix === undefined ? "" : `; ${fix}`}`, { file, cause });
}
