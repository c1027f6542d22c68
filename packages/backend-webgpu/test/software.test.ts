import { describe, expect, it } from "vitest";
import { readTar } from "../src/software/tar.ts";

/** A tar archive of one file, as far as a reader needs it. */
function archive(name: string, content: string): Uint8Array {
  const bytes = new Uint8Array(3 * 512);
  const put = (text: string, at: number): void => bytes.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put(content.length.toString(8).padStart(11, "0"), 124);
  put("0", 156);
  put(content, 512);
  return bytes;
}

describe("the archive of the software driver", () => {
  it("is read file by file", () => {
    const [file, ...others] = readTar(archive("driver.so", "code"), "x.tar");
    expect(file.name).toBe("driver.so");
    expect(new TextDecoder().decode(file.content)).toBe("code");
    expect(others).toEqual([]);
  });

  it("is refused when it is cut off, naming it and the byte", () => {
    const cut = archive("driver.so", "x".repeat(600)).subarray(0, 1024);
    expect(() => readTar(cut, "x.tar")).toThrow("x.tar is not a whole tar archive: the entry at byte 0 does not fit");
  });
});
