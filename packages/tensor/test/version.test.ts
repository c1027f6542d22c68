import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { version } from "../src/index.ts";
import { registerCopy } from "../src/version.ts";

describe("version", () => {
  it("is that of package.json", () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(manifest).toMatchObject({ version });
  });

  it("tells two copies of different minor versions apart", () => {
    expect(() => registerCopy(version.replace(/\d+$/, "99"))).not.toThrow();
    expect(() => registerCopy("9.9.0")).toThrow(/0\.1\.0 and 9\.9\.0; run npm dedupe/);
  });
});
