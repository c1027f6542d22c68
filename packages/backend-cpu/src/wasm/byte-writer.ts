/** A growing sequence of bytes with the encodings that the WebAssembly binary format uses. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends one byte (the low eight bits of `value`). */
  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** Appends the bytes as they are. */
  bytes(values: ArrayLike<number>): this {
    if (this.#length + values.length > this.#bytes.length) this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** Unsigned LEB128: seven bits a byte, lowest first, the top bit says that more follow. `value` in [0, 2^32). */
  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128: stops where the remaining bits are copies of bit six of the last byte. `value` in [-2^31, 2^31). */
  signed(value: number): this {
    let rest = value;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.byte(rest & 0x7f);
  }

  /** As {@link signed}, for 64-bit integers. */
  signed64(value: bigint): this {
    let rest = value;
    while (rest < -0x40n || rest >= 0x40n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.byte(Number(rest & 0x7fn));
  }

  /** A text in ASCII, one byte a character. */
  ascii(text: string): this {
    for (const character of text) this.byte(character.charCodeAt(0));
    return this;
  }

  /** A name preceded by its length in bytes. The format takes UTF-8, for which not every environment has an encoder. */
  name(text: string): this {
    return this.unsigned(text.length).ascii(text);
  }

  /** The bytes of another writer preceded by their length. */
  sized(content: ByteWriter): this {
    return this.unsigned(content.#length).bytes(content.view());
  }

  /** The bytes written so far; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of the bytes written so far. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(extra: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
