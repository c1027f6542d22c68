import type { WriteStream } from "node:tty";

/** Where the demo writes for the reader. */
export interface Output {
  /** A terminal on which a line can be rewritten; null if there is none. */
  readonly live: WriteStream | null;
  /** Writes lines that stay. */
  say(text: string): void;
}

/** Standard output; live lines go there or, if it is redirected, to standard error. */
export function processOutput(): Output {
  const live = [process.stdout, process.stderr].find((stream) => stream.isTTY) ?? null;
  return {
    live: process.env["TERM"] === "dumb" ? null : live,
    say: (text) => void process.stdout.write(`${text}\n`),
  };
}
