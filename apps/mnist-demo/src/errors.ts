import { isMinimaError } from "@minima/tensor";

/** Exit codes of the demo, beside 0 and the 128 + signal of shells. */
const exitCode = { failure: 1, usage: 2 } as const;

/** Something the user can mend: an option, a file, a folder. The message is one line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A system error in words. */
const explanations: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "no permission",
  EPERM: "no permission",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
};

/** Why a system call failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return (code !== undefined ? explanations[code] : undefined) ?? error.message;
}

/** The code of a system error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What to print for an error that ends the demo, and the exit code. */
export function describeError(error: unknown): { text: string; code: number } {
  if (error instanceof UsageError || isMinimaError(error))
    return { text: oneLine(error.message), code: exitCode.usage };
  if (isOutOfMemory(error)) {
    return {
      text: `not enough memory for this network and batch size (${oneLine(error.message)})`,
      code: exitCode.usage,
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `this should not happen: ${text}`, code: exitCode.failure };
}

/** Engines report that an array could not be had as a RangeError. */
function isOutOfMemory(error: unknown): error is RangeError {
  return error instanceof RangeError && /alloc|array (buffer )?length|memory/i.test(error.message);
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
