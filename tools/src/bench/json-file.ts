import { rename, rm, writeFile } from "node:fs/promises";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

/** A file whose contents come at the end. */
export interface JsonFile {
  /** Writes the contents and puts the file in its place. */
  finish(text: string): Promise<void>;
}

/** Makes sure that `file` can be written, without touching what may be there: a run that breaks off leaves it alone. */
export async function openJsonFile(file: string): Promise<JsonFile> {
  const temporary = `${file}.${process.pid}.tmp`;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await rm(temporary, { force: true });
      throw new UsageError(`cannot write ${file}: ${messageOf(error)}`, { cause: error });
    }
  };
  await attempt(async () => {
    await writeFile(temporary, "");
    await rm(temporary);
  });
  return {
    finish: (text) =>
      attempt(async () => {
        await writeFile(temporary, text);
        await rename(temporary, file);
      }),
  };
}
