import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Whether there is a browser for this platform. */
export const hasChromium = process.platform === "linux" && process.arch === "x64";

/** A headless Chromium out of the npm package `@sparticuz/chromium`; nothing else has to be installed. With flags of V8. */
export async function startChromium(...flags: readonly string[]): Promise<Browser> {
  const folder = await unpacked();
  return chromium.launch({
    executablePath: path.join(folder, "chromium"),
    args: [
      ...["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
      "--enable-unsafe-webgpu", // also without a GPU, on the software adapter
      ...(flags.length === 0 ? [] : [`--js-flags=${flags.join(" ")}`]),
    ],
    env: { ...process.env, LD_LIBRARY_PATH: path.join(folder, "al2023/lib") },
  });
}

/** The folder with the browser, its software driver and the libraries it needs: 200 MB, unpacked once, whole or not at all. */
async function unpacked(): Promise<string> {
  const bin = path.join(path.dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin");
  const { version } = JSON.parse(readFileSync(path.join(bin, "../package.json"), "utf8")) as { version: string };
  const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
  const folder = path.join(cache, `chromium-swiftshader-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(path.join(cache, "unpacking-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary; // where the package puts what it unpacks
  try {
    const archives = ["chromium.br", "al2023.tar.br", "swiftshader.tar.br"];
    await Promise.all(archives.map((name) => inflate(path.join(bin, name))));
    if (!existsSync(folder)) renameSync(temporary, folder); // else another process was faster
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
