import type { Output } from "../src/output.ts";

/** An output without a terminal that keeps what was said. */
export class Recorder implements Output {
  readonly live = null;
  readonly lines: string[] = [];
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine;
  }

  say(text: string): void {
    for (const line of text.split("\n")) {
      this.lines.push(line);
      this.#onLine(line);
    }
  }
}
