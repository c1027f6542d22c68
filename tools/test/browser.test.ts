import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, startChromium } from "../src/testkit/chromium.ts";
import type { Observation } from "./browser/observe.ts";
import { sameBits } from "./same-bits.ts";

/** The built packages in a page that Vite has bundled with its own settings, in a browser. */
let browser: Browser;
let server: Server;
let folder: string;

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves the folder twice: under `/isolated/` with the headers of cross-origin isolation, under `/plain/` without. */
function serve(): Server {
  return createServer((request, response) => {
    const [, kind, ...names] = new URL(request.url ?? "", "http://localhost").pathname.split("/");
    try {
      const file = path.join(folder, ...names);
      const content = readFileSync(file);
      const type = types[path.extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, ...(kind === "isolated" ? isolation : {}) });
      response.end(content);
    } catch {
      response.writeHead(404, kind === "isolated" ? isolation : {}).end();
    }
  });
}

/** Opens the page and asks it for an observation; gives what the console said as well. */
async function open<Observed = Observation>(
  kind: "isolated" | "plain",
  name: "page" | "worker" | "lost" | "trained" | "joined",
  by = browser,
) {
  const page = await by.newPage();
  const said: string[] = [];
  page.on("console", (message) => {
    // That something is missing on the server is the browser's own line, and no page has a favicon.
    if (!message.text().startsWith("Failed to load resource")) said.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => said.push(String(error)));
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://localhost:${port}/${kind}/threads.html`);
  await page.waitForFunction("globalThis.observations");
  const isIsolated = await page.evaluate("crossOriginIsolated");
  const observation = await page.evaluate<Observed>(`observations.${name}()`);
  const processors = await page.evaluate<number>("navigator.hardwareConcurrency");
  await page.close();
  return { isIsolated, observation, processors, said };
}

describe.runIf(hasChromium)("threads in a browser", () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "minima-page-"));
    const root = path.join(import.meta.dirname, "browser");
    await build({
      root,
      base: "./",
      configFile: false,
      logLevel: "silent",
      build: { outDir: folder, emptyOutDir: true, rollupOptions: { input: path.join(root, "threads.html") } },
    });
    server = serve().listen(0);
    browser = await startChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["page", "worker"] as const)("work by default where there is shared memory: in a %s", async (name) => {
    const { isIsolated, observation, processors, said } = await open("isolated", name);
    const threads = Math.min(processors, 8);
    expect(isIsolated).toBe(true);
    expect(observation).toEqual({ threads, startedThreads: threads, isRight: true });
    expect(said).toEqual([]);
  });

  it("are replaced by one where there is none, which is said once", async () => {
    const { isIsolated, observation, said } = await open("plain", "page");
    expect(isIsolated).toBe(false);
    expect(observation).toEqual({ threads: 1, startedThreads: 1, isRight: true });
    expect(said).toEqual([
      expect.stringMatching(/^warning: cpu: one thread does the work.*Cross-Origin-Opener-Policy/),
    ]);
  });

  it("are replaced by one where the script is lost, which is said once", async () => {
    const { observation, said } = await open("isolated", "lost");
    expect(observation).toEqual({ threads: 2, startedThreads: 1, isRight: true });
    expect(said).toEqual([expect.stringMatching(/^warning: cpu: a worker thread does not start.*workerUrl/)]);
  });

  it("train to the same bits where V8 joins vectors", async () => {
    const joining = await startChromium("--experimental-wasm-revectorize");
    const { observation } = await open<typeof sameBits>("isolated", "joined", joining).finally(() => joining.close());
    expect(observation).toEqual(sameBits);
  });

  it("train to the bits of Node where relaxed SIMD is off", async () => {
    const { observation, said } = await open<typeof sameBits>("isolated", "trained");
    expect(observation).toEqual(sameBits);
    expect(said).toEqual([]);
  });
});
