const blockBytes = 512;

/** A file of a tar archive. */
export interface TarFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** The plain files of a tar archive. */
export function readTar(archive: Uint8Array, source: string): TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + blockBytes <= archive.length;) {
    const header = archive.subarray(at, at + blockBytes);
    if (header.every((byte) => byte === 0)) break; // the end is marked by empty blocks
    const size = Number.parseInt(textOf(header.subarray(124, 136)), 8);
    const start = at + blockBytes;
    if (!(size >= 0) || start + size > archive.length) {
      throw new Error(`${source} is not a whole tar archive: the entry at byte ${at} does not fit`);
    }
    const type = header[156];
    const isFile = type === 0 || type === "0".charCodeAt(0);
    if (isFile) files.push({ name: textOf(header.subarray(0, 100)), content: archive.subarray(start, start + size) });
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return files;
}

/** A text in ASCII that ends with a zero byte, or with its field. */
function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end))).trim();
}
