import type { Folder } from "../folder.ts";
import { UsageError } from "../outcome.ts";

/** A folder on the server of the page. */
export class ServedFolder implements Folder {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  pathOf(name: string): string {
    return `${this.#url}/${name}`;
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const response = await fetch(this.pathOf(name));
    if (response.status === 404) return undefined;
    if (!response.ok) throw new UsageError(`cannot read ${this.pathOf(name)}: the server says ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}
