import { UsageError } from "./outcome.ts";

/** A folder of files, on the disk or on a server. */
export interface Folder {
  /** What messages call a file. */
  pathOf(name: string): string;
  /**
   * The bytes of a file, undefined if there is none of that name.
   *
   * @throws UsageError if it cannot be read
   */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** The bytes of a file that must be there. */
export async function readFile(folder: Folder, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await folder.read(name);
  if (bytes === undefined) throw new UsageError(`cannot read ${folder.pathOf(name)}: there is no such file`);
  return bytes;
}
