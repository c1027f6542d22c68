import { readFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build, defaultClientConditions } from "vite";
import { startChromium } from "./chromium.ts";

/** A page in a browser of its own. */
export interface ServedPage {
  /** What its console has said, and errors that nothing caught. */
  readonly said: readonly string[];
  /** Calls a global function of the page; arguments and result go as JSON. */
  call<Result>(name: string, ...args: readonly unknown[]): Promise<Result>;
  /** Ends page, browser and server. */
  close(): Promise<void>;
}

/** With these a page has shared memory, and workers have what pages have. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const html =
  '<!doctype html><title>Minima</title><link rel="icon" href="data:,"><script type="module" src="/entry.js"></script>';

/**
 * Opens a page, cross-origin isolated, that runs a module, bundled with what it imports, in a headless Chromium.
 *
 * @param entry - The module: TypeScript that runs on the sources of our packages, or JavaScript that runs on what is built.
 * @param folders - Folders on the disk whose files are served, by the first part of the path.
 */
export async function servePage(entry: string, folders: Readonly<Record<string, string>> = {}): Promise<ServedPage> {
  const server = serve(await bundle(entry), folders).listen(0, "localhost");
  const browser = await startChromium().catch((error: unknown) => {
    server.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => {
      // That a file is missing on the server is the browser's own line.
      if (!message.text().startsWith("Failed to load resource")) said.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => said.push(String(error)));
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    return {
      said,
      call: (name, ...args) => page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Content = string | Uint8Array;

/** What Vite makes of a module, by path. */
async function bundle(entry: string): Promise<Map<string, Content>> {
  const fromSources = entry.endsWith(".ts");
  const result = await build({
    root: path.dirname(entry),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: [...(fromSources ? ["@minima/source"] : []), ...defaultClientConditions] },
    worker: { format: "es" },
    build: {
      write: false,
      target: "esnext",
      minify: false,
      modulePreload: false,
      rollupOptions: { input: entry, output: { entryFileNames: "entry.js" } },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const files = outputs.flatMap((each) => ("output" in each ? each.output : []));
  return new Map(
    files.map((file): [string, Content] => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  );
}

function serve(bundled: ReadonlyMap<string, Content>, folders: Readonly<Record<string, string>>): Server {
  const find = async (url: string): Promise<{ type: string; content: Content } | undefined> => {
    if (url === "/") return { type: "text/html", content: html };
    const own = bundled.get(url);
    if (own !== undefined) return { type: "text/javascript", content: own };
    const [, folder, name = ""] = url.split("/");
    if (!Object.hasOwn(folders, folder)) return undefined;
    const content = await readFile(path.join(folders[folder], path.basename(name))).catch(() => undefined);
    return content === undefined ? undefined : { type: "application/octet-stream", content };
  };
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    void find(decodeURIComponent(pathname)).then((found) => {
      if (found === undefined) response.writeHead(404, isolation).end();
      else response.writeHead(200, { "Content-Type": found.type, ...isolation }).end(found.content);
    });
  });
}
