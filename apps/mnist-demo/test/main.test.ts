import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSmallDataset } from "./small-dataset.ts";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const small = "--data-dir data";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minima-"));
  await writeSmallDataset(join(folder, "data"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts the built program; `onText` sees standard output as it grows. */
function start(line: string, onText: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined) {
  return new Promise<{ code: number | null; signal: string | null; out: string; error: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...line.split(" ").filter(Boolean)], { cwd: folder });
    let out = "";
    let error = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      onText(out, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
    child.on("error", reject).on("close", (code, signal) => resolve({ code, signal, out, error }));
  });
}

// `npm test` builds first; alone, run `npm run build`.
describe.skipIf(!existsSync(program))("the program", () => {
  it("trains on drawn digits, writes the files asked for, and ends with 0", async () => {
    const { code, out, error } = await start(
      "--dataset digits --model softmax --epochs 1 --json r.json --save m.safetensors",
    );
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/^epoch 1\/1 /m);
    expect(out).not.toContain("\u001b");
    const report = JSON.parse(await readFile(join(folder, "r.json"), "utf8")) as Record<string, number>;
    expect(report["testAccuracy"]).toBeGreaterThan(0.6);
    expect(report["timeToFirstStepMs"]).toBeLessThan(report["seconds"] * 1000);
  });

  it.each([
    ["--epochs 0", /'--epochs <n>' argument '0' is invalid/],
    ["--data-dir nowhere", /nowhere: there is no such folder; .*train-images-idx3-ubyte/],
    ["--dataset digits --json nowhere/r.json", /--json nowhere\/r.json: cannot be written, there is no such folder/],
  ])("ends with 2 and one line for %s", async (line, message) => {
    const before = await readdir(folder);
    const { code, out, error } = await start(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(message);
    expect(error).toMatch(/^Error: .*\n$/);
    expect(await readdir(folder)).toEqual(before);
  });

  it.skipIf(!existsSync("/dev/full"))("reports first and ends with 2 when the disk is full", async () => {
    const { code, out, error } = await start(`${small} --model softmax --epochs 1 --save /dev/full`);
    expect(code).toBe(2);
    expect(out).toContain("Test accuracy");
    expect(error).toBe("Error: --save /dev/full: cannot be written, the disk is full\n");
  });

  it.skipIf(process.platform === "win32")("ends with 130 after Ctrl-C, with a report and the files", async () => {
    await writeFile(join(folder, "c.json"), "old");
    let sent = false;
    const { code, out } = await start(`${small} --epochs 1000 --json c.json`, (text, kill) => {
      if (sent || !/^epoch +1\/1000 .*validation/m.test(text)) return;
      sent = true;
      kill("SIGINT");
    });
    expect(code).toBe(130);
    expect(out).toMatch(/Interrupted after \d+ updates; the parameters are those of epoch \d/);
    expect(out).toContain("Test accuracy");
    expect(JSON.parse(await readFile(join(folder, "c.json"), "utf8"))).toMatchObject({ dataset: "mnist" });
  });

  it.skipIf(process.platform === "win32")("quits at once at the second Ctrl-C, and writes nothing", async () => {
    await writeFile(join(folder, "d.json"), "old");
    let sent = 0;
    const { signal } = await start(`${small} --epochs 1000 --json d.json`, (text, kill) => {
      if (sent === 0 && text.includes("seed 1")) kill("SIGINT");
      else if (sent === 1 && text.includes("Stopping")) kill("SIGINT");
      else return;
      sent++;
    });
    expect(signal).toBe("SIGINT");
    expect(await readFile(join(folder, "d.json"), "utf8")).toBe("old");
  });
});
