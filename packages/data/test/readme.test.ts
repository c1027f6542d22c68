import { readFile } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

describe("README", () => {
  it("shows the example that runs here", async () => {
    expect(await read("../README.md")).toContain(`\`\`\`ts\n${await read("readme/drawn-digits.ts")}\`\`\``);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("./readme/drawn-digits.ts");
    expect(log.mock.calls).toHaveLength(14);
    expect(log.mock.calls[0]).toEqual([64, [64, 1, 28, 28], [64]]);
    expect(log.mock.calls[12]).toEqual([32, [32, 1, 28, 28], [32]]);
    expect(log.mock.calls[13]).toEqual([13, 200]);
    log.mockRestore();
  });
});
