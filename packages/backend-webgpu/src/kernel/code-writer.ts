/** Takes lines of a function, in order. */
export interface CodeWriter {
  line(text: string): void;
  /** A constant of a fresh name. */
  let(value: string): string;
}
