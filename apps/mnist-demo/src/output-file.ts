import { randomUUID } from "node:crypto";
import { type FileHandle, access, constants, open, realpath, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError, codeOf, reasonOf } from "./errors.ts";

/** At most so many bytes are written to try a folder out. */
const tryOutBytes = 2 ** 24;

/**
 * A file that is written whole or not at all: beside its place, then renamed, so that what was there before stays until
 * the new content is complete. Pipes and devices cannot be replaced and are written to directly.
 */
export class OutputFile {
  readonly path: string;
  readonly #option: string;

  /** @param option - The option that named the file, for errors. */
  constructor(option: string, path: string) {
    this.#option = option;
    this.path = path;
  }

  /**
   * Finds out before the work what would stop the file from being written after it: a missing or protected folder, or a
   * disk without `bytes` to spare.
   *
   * @throws UsageError that names the option and the path
   */
  async prepare(bytes: number): Promise<void> {
    try {
      const target = await this.#target();
      if (target.replaceable) await this.#tryOut(target.path, bytes);
    } catch (error) {
      throw this.#cannotWrite(error);
    }
  }

  /** @throws UsageError that names the option and the path; the file that was there is unharmed then */
  async write(content: Uint8Array): Promise<void> {
    try {
      const target = await this.#target();
      if (!target.replaceable) {
        await withFile(target.path, "w", (file) => file.writeFile(content));
        return;
      }
      const temporary = temporaryBeside(target.path);
      try {
        await withFile(temporary, "wx", async (file) => {
          await file.writeFile(content);
          await file.sync();
        });
        await rename(temporary, target.path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
        throw error;
      }
    } catch (error) {
      throw this.#cannotWrite(error);
    }
  }

  /** Where the content goes: links are followed, so that the link stays. */
  async #target(): Promise<{ path: string; replaceable: boolean }> {
    try {
      const found = await stat(this.path);
      if (found.isDirectory())
        throw new UsageError(`--${this.#option} ${this.path}: it is a folder, give a file in it`);
      if (!found.isFile()) return { path: this.path, replaceable: false };
      await access(this.path, constants.W_OK);
      return { path: await realpath(this.path), replaceable: true };
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      return { path: join(await realpath(dirname(resolve(this.path))), basename(this.path)), replaceable: true };
    }
  }

  /** Asks for the free space, and writes some of what will be written, which is taken away again. */
  async #tryOut(path: string, bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < bytes)
      throw this.#cannotWrite(`the disk has ${bavail * bsize} bytes left, ${bytes} are needed`);
    const temporary = temporaryBeside(path);
    try {
      const piece = new Uint8Array(Math.min(bytes, tryOutBytes));
      await withFile(temporary, "wx", (file) => file.writeFile(piece));
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    }
  }

  #cannotWrite(error: unknown): UsageError {
    if (error instanceof UsageError) return error;
    return new UsageError(`--${this.#option} ${this.path}: cannot be written, ${reasonOf(error)}`, { cause: error });
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.minima-${randomUUID()}.part`);
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
