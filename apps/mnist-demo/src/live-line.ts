import type { WriteStream } from "node:tty";
import cliProgress from "cli-progress";

/** What the line shows. */
interface Shown {
  /** How full the bar is, from 0 to 1; null where that is not known. */
  readonly fraction: number | null;
  readonly text: string;
}

const widestBar = 24;
/** A bar narrower than this says nothing. */
const narrowestBar = 6;

/** A line with a bar at the bottom of a terminal, rewritten in place; without a terminal nothing. */
export class LiveLine {
  readonly #stream: WriteStream | null;
  #bar: cliProgress.SingleBar | null = null;

  constructor(stream: WriteStream | null) {
    this.#stream = stream;
  }

  show(shown: Shown): void {
    if (this.#stream === null) return;
    if (this.#bar === null) {
      this.#bar = new cliProgress.SingleBar({
        stream: this.#stream,
        format: (_options, { maxWidth }, shown: Shown) => formatLine(shown, maxWidth),
        linewrap: true, // lines are cut to the width instead of changing the terminal's mode
        clearOnComplete: true,
        gracefulExit: false, // Ctrl-C has a handler of its own
      });
      this.#bar.start(1, 0, shown);
    }
    this.#bar.update(0, shown);
  }

  /** Takes the line away, so that others can be written. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

/** The text with as much of a bar before it as the terminal has room for: the figures come first. */
export function formatLine({ fraction, text }: Shown, columns: number): string {
  const width = Math.min(widestBar, columns - text.length - 4);
  if (fraction === null || width < narrowestBar) return text;
  const full = Math.round(fraction * width);
  return `[${"=".repeat(full)}${"-".repeat(width - full)}] ${text}`;
}
