import { fail, quote } from "./error.ts";
import { decodeUtf8 } from "./utf8.ts";

const quoteMark = 0x22;
const backslash = 0x5c;
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads the little JSON that a header may hold: objects, strings and lists of whole numbers. `JSON.parse` would lose
 * the byte offsets that errors need and keep the last of two equal keys without a word.
 */
export class HeaderReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #source: string;
  #at: number;
  #tensor: string | undefined;

  /** Reads `bytes` from `start` up to `end`; offsets in errors count from the start of `bytes`. */
  constructor(bytes: Uint8Array, start: number, end: number, source: string) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#source = source;
  }

  /** Names the tensor that errors are about from here on. */
  within(tensor: string | undefined): void {
    this.#tensor = tensor;
  }

  /** Reads an object; `value` is called with each key and the offset of its value, and must read the value. */
  object(what: string, value: (key: string, byte: number) => void): void {
    this.#expect("{", what);
    if (this.#take("}")) return;
    do {
      const key = this.string(`a key of ${what}`);
      this.#expect(":", `the key ${quote(key)}`);
      this.#skipSpace();
      value(key, this.#at);
    } while (this.#take(","));
    this.#expect("}", what);
  }

  string(what: string): string {
    this.#expect('"', what);
    const start = this.#at;
    while (this.#at < this.#end && this.#bytes[this.#at] !== quoteMark) {
      this.#at += this.#bytes[this.#at] === backslash ? 2 : 1;
    }
    if (this.#at >= this.#end) this.#fail(start - 1, `${what} is a string without an end`);
    const content = this.#bytes.slice(start, this.#at++);
    try {
      // Also refuses control characters and unknown escapes.
      return JSON.parse(`"${decodeUtf8(content)}"`) as string;
    } catch (cause) {
      this.#fail(start, `${what} is not a valid string of JSON in UTF-8`, { cause });
    }
  }

  /** Reads a list of at most `limit` integers from 0 to 2^53 - 1. */
  wholeNumbers(what: string, limit: number): number[] {
    const numbers: number[] = [];
    this.#expect("[", what);
    if (this.#take("]")) return numbers;
    do {
      if (numbers.length === limit) this.#fail(this.#at, `${what} has more than ${limit} numbers`);
      numbers.push(this.#wholeNumber(what));
    } while (this.#take(","));
    this.#expect("]", what);
    return numbers;
  }

  /** Only padding may follow. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#end) this.#fail(this.#at, `invalid JSON: ${this.#found()} after the end of the header`);
  }

  #wholeNumber(what: string): number {
    this.#skipSpace();
    const start = this.#at;
    // 400 characters hold every finite float64 in decimals; what is longer is no size of anything.
    while (this.#at < this.#end && this.#at - start < 400 && isNumeric(this.#bytes[this.#at])) this.#at++;
    const text = String.fromCharCode(...this.#bytes.subarray(start, this.#at));
    if (!number.test(text)) {
      this.#fail(
        start,
        `invalid JSON: ${what} must hold whole numbers, found ${text === "" ? this.#found() : quote(text)}`,
      );
    }
    const value = Number(text);
    if (text.startsWith("-")) this.#fail(start, `${what} holds the negative number ${quote(text)}`);
    if (value > Number.MAX_SAFE_INTEGER) this.#fail(start, `${what} holds ${quote(text)}, which is too large`);
    if (!Number.isInteger(value)) this.#fail(start, `${what} holds ${quote(text)}, which is not a whole number`);
    return value;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#at >= this.#end || this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  #expect(character: string, what: string): void {
    if (this.#take(character)) return;
    this.#fail(this.#at, `invalid JSON: expected ${character} for ${what}, found ${this.#found()}`);
  }

  #found(): string {
    if (this.#at >= this.#end) return "the end of the header";
    const byte = this.#bytes[this.#at];
    return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `byte 0x${byte.toString(16).padStart(2, "0")}`;
  }

  #skipSpace(): void {
    while (this.#at < this.#end && isSpace(this.#bytes[this.#at])) this.#at++;
  }

  #fail(byte: number, problem: string, options?: ErrorOptions): never {
    fail({ source: this.#source, tensor: this.#tensor, byte }, problem, options);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** A digit, `+`, `-`, `.`, `e` or `E`. */
function isNumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].includes(byte);
}
