import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OutputFile } from "../src/output-file.ts";
import { OutputFiles } from "../src/output-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = new TextEncoder().encode("content");

describe("OutputFile", () => {
  it("replaces a file whole, and leaves nothing beside it", async () => {
    const path = join(folder, "file");
    await writeFile(path, "what was there before, longer than the content");
    const file = new OutputFile("save", path);
    await file.prepare(100);
    expect(await readFile(path, "utf8")).toContain("before");
    await file.write(bytes);
    expect(await readFile(path, "utf8")).toBe("content");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("writes to where a link points", async () => {
    await mkdir(join(folder, "elsewhere"));
    await writeFile(join(folder, "elsewhere", "target"), "old");
    await symlink(join("elsewhere", "target"), join(folder, "link"));
    await new OutputFile("save", join(folder, "link")).write(bytes);
    expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, "elsewhere", "target"), "utf8")).toBe("content");
  });

  it.each([
    ["a folder that is not there", "none/file", /--json .*file: cannot be written, there is no such folder/],
    ["a folder", ".", /--json .*: it is a folder, give a file in it/],
    ["a path through a file", "plain/file", /--json .*: cannot be written, a part of the path is not a folder/],
    ["a name that is too long", "x".repeat(300), /--json .*: cannot be written, the name is too long/],
  ])("refuses %s beforehand", async (_name, path, message) => {
    await writeFile(join(folder, "plain"), "");
    const file = new OutputFile("json", join(folder, path));
    await expect(file.prepare(10)).rejects.toThrow(message);
    await expect(file.write(bytes)).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(["plain"]);
  });

  it("refuses more than the disk has room for, without filling it", async () => {
    await expect(new OutputFile("save", join(folder, "file")).prepare(2 ** 60)).rejects.toThrow(
      /the disk has \d+ bytes left/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)("refuses what is protected", async () => {
    const path = join(folder, "file");
    await writeFile(path, "old");
    await chmod(path, 0o400);
    await expect(new OutputFile("save", path).prepare(10)).rejects.toThrow(/no permission/);
  });

  it.skipIf(!existsSync("/dev/full"))("writes to a device directly, and tells when it is full", async () => {
    const file = new OutputFile("json", "/dev/full");
    await file.prepare(10);
    await expect(file.write(bytes)).rejects.toThrow("--json /dev/full: cannot be written, the disk is full");
    expect((await lstat("/dev/full")).isCharacterDevice()).toBe(true);
  });
});

describe("OutputFiles", () => {
  const encode = { save: () => bytes, json: () => bytes };

  it("writes what was asked for", async () => {
    const json = join(folder, "b");
    expect(await new OutputFiles({ save: undefined, json, epochs: 1 }).write(encode)).toEqual([json]);
    expect(await readdir(folder)).toEqual(["b"]);
  });

  it("writes one file though the other cannot be written", async () => {
    const files = new OutputFiles({ save: join(folder, "none", "a"), json: join(folder, "b"), epochs: 1 });
    await expect(files.write(encode)).rejects.toThrow(/--save/);
    expect(await readdir(folder)).toEqual(["b"]);
  });

  it("refuses one place for both", () => {
    expect(() => new OutputFiles({ save: "x/../a", json: "./a", epochs: 1 })).toThrow(/--save and --json both name/);
  });
});
