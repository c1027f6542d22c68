import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DataError, MissingFilesError } from "../errors.ts";
import { errorCode, fileError } from "./file-error.ts";
import type { MnistPart } from "./mnist-files.ts";
import { partNames, parts } from "./mnist-files.ts";

/** Paths of the parts that a folder has; undefined for a folder that does not exist. */
export async function findParts(folder: string): Promise<Partial<Record<MnistPart, string>> | undefined> {
  const names = await fileNames(folder);
  if (names === undefined) return undefined;
  const found: Partial<Record<MnistPart, string>> = {};
  for (const part of parts) {
    const name = acceptedNames(partNames[part]).find((candidate) => names.has(candidate));
    if (name !== undefined) found[part] = join(folder, name);
  }
  return found;
}

/** Names of the parts without a path. */
export function missingNames(found: Partial<Record<MnistPart, string>>): string[] {
  return parts.filter((part) => found[part] === undefined).map((part) => partNames[part]);
}

/**
 * Paths of all four parts.
 * @throws MissingFilesError that names those the folder lacks.
 */
export async function requireParts(folder: string, title: string): Promise<Record<MnistPart, string>> {
  const found = await findParts(folder);
  const { trainImages, trainLabels, testImages, testLabels } = found ?? {};
  if (trainImages && trainLabels && testImages && testLabels)
    return { trainImages, trainLabels, testImages, testLabels };
  const missing = missingNames(found ?? {});
  const list = missing.map((name) => `${name}[.gz]`).join(", ");
  const problem =
    found === undefined
      ? `there is no such folder; expected one with the files of ${title}`
      : `the folder lacks ${missing.length} of the 4 files of ${title}`;
  throw new MissingFilesError(`${problem}: ${list}`, folder, missing);
}

/** Some sites write a dot where the original has a hyphen; raw files are preferred, they need no work. */
function acceptedNames(name: string): string[] {
  const dotted = name.replace("-idx", ".idx");
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}

async function fileNames(folder: string): Promise<Set<string> | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    if (errorCode(cause) === "ENOTDIR") throw new DataError("it is not a folder", { file: folder, cause });
    throw fileError("cannot be listed", folder, cause);
  }
}
