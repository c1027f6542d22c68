import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError } from "./file-error.ts";

/**
 * Writes a file whole or not at all: to a name of its own beside `path`, then renamed. A reader never sees half a file,
 * and two processes that write at once do not mix. Folders are made as needed.
 * @throws DataError, with `fix` appended, if it cannot be written.
 */
export async function writeAtomically(path: string, bytes: Uint8Array, fix: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw fileError("cannot be written", path, cause, fix);
  }
}
