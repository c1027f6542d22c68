/*
 * UTF-8 by what the language itself has. `TextEncoder` and `TextDecoder` are the platform's, and not every environment
 * has them (Jest's jsdom has neither).
 */

const percent = 0x25;

/**
 * The bytes of a text.
 *
 * @throws URIError if a surrogate of it has no partner
 */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 * text.length); // the most that a UTF-16 unit takes
  let length = 0;
  for (const character of text) {
    if (character < "\x80") bytes[length++] = character.charCodeAt(0);
    else
      for (const [, digits] of encodeURIComponent(character).matchAll(/%(..)/g)) bytes[length++] = parseInt(digits, 16);
  }
  return bytes.slice(0, length);
}

/**
 * The text of some bytes; a byte order mark is part of it.
 *
 * @throws URIError if they are not valid UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let escaped = "";
  for (const byte of bytes) {
    const isPlain = byte < 0x80 && byte !== percent;
    escaped += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return decodeURIComponent(escaped);
}
