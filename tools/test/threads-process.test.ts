import { execFile } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** Programs with threads, as their users start them. None of them disposes of anything. */
interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[] = [], flags: readonly string[] = []): Promise<Ended> {
  const file = path.join(import.meta.dirname, "programs", program);
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, file, ...args], { timeout: 25_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr });
    });
  });
}

describe("a program with threads", () => {
  it("gets the bits of one thread, and ends when it is done", async () => {
    expect(await run("threads.mjs")).toEqual({ code: 0, stdout: "true\n", stderr: "" });
  });

  it("may have them in a worker, which ends when it is done", async () => {
    expect(await run("threads.mjs", ["worker"])).toEqual({ code: 0, stdout: "true\nexit 0\n", stderr: "" });
  });

  const [major] = process.versions.node.split(".").map(Number);
  it("is told once when it may start none, and works with one", async () => {
    const flag = major < 24 ? "--experimental-permission" : "--permission";
    const { code, stdout, stderr } = await run("no-threads.mjs", [], ["--no-warnings", flag, "--allow-fs-read=*"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^-?\d+\.\d{3} 1\n$/)]);
    expect(stderr).toMatch(/^cpu: a worker thread does not start \(.*\n$/);
    expect(stderr).toContain("cpu({ threads: 1 }) asks for one thread");
  });
});
