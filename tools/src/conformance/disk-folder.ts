import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Folder } from "./folder.ts";
import { UsageError } from "./outcome.ts";
import { messageOf } from "./read.ts";

/** A folder on the disk. */
export class DiskFolder implements Folder {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  pathOf(name: string): string {
    return path.join(this.#directory, name);
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = this.pathOf(name);
    if (!existsSync(file)) return undefined;
    try {
      return await readFile(file);
    } catch (error) {
      throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** The names of the manifests in a folder. */
export function listManifests(directory: string): string[] {
  if (!existsSync(directory)) throw new UsageError(`the fixtures folder ${directory} does not exist`);
  if (!statSync(directory).isDirectory()) throw new UsageError(`${directory} is not a folder`);
  const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return names.map((name) => name.slice(0, -".json".length)).sort();
}
