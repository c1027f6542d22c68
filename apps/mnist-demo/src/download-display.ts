import type { DownloadProgress } from "@minima/data/node";
import { LiveLine } from "./live-line.ts";
import type { Output } from "./output.ts";

/** Shows downloads: a line that is rewritten in a terminal, else a line for each file. */
export class DownloadDisplay {
  readonly #output: Output;
  readonly #live: LiveLine;
  #file = "";

  constructor(output: Output) {
    this.#output = output;
    this.#live = new LiveLine(output.live);
  }

  show({ file, url, bytes, total }: DownloadProgress): void {
    if (file !== this.#file) {
      this.#file = file;
      this.say(`Downloading ${file} from ${new URL(url).host}${total === undefined ? "" : ` (${megabytes(total)})`}`);
    }
    const done = total === undefined ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(total)}`;
    this.#live.show({ fraction: total === undefined ? null : bytes / total, text: done });
  }

  say(line: string): void {
    this.#live.clear();
    this.#output.say(line);
  }

  end(): void {
    this.#live.clear();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
