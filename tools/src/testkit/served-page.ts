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
  return open(await bundle(entry), (pathname) => {
    const [, folder, name = ""] = pathname.split("/");
    return Object.hasOwn(folders, folder) ? path.join(folders[folder], path.basename(name)) : undefined;
  });
}

/** Opens the page of a folder, its `index.html`, as {@link servePage} does. */
export function serveFolder(folder: string): Promise<ServedPage> {
  return open(new Map(), (pathname) => path.join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname));
}

/** Opens the page at "/" of a server that has some contents by path, and files. */
async function open(contents: ReadonlyMap<string, Content>, fileOf: FileOf): Promise<ServedPage> {
  const server = serve(contents, fileOf).listen(0, "localhost");
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
      async call(name, ...args) {
        await page.waitForFunction(`globalThis.${name.split(".")[0]} !== undefined`); // scripts may load scripts
        return page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Content = string | Uint8Array;
/** The file that is served for a path, if any. */
type FileOf = (pathname: string) => string | undefined;

/** What Vite makes of a module, and a page for it, by path. */
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
  return new Map<string, Content>([
    ["/", html],
    ...files.map((file): [string, Content] => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  ]);
}

function serve(contents: ReadonlyMap<string, Content>, fileOf: FileOf): Server {
  const find = async (pathname: string): Promise<Content | undefined> => {
    const file = fileOf(pathname);
    return contents.get(pathname) ?? (file === undefined ? undefined : readFile(file).catch(() => undefined));
  };
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    void find(decodeURIComponent(pathname)).then((content) => {
      if (content === undefined) response.writeHead(404, isolation).end();
      else response.writeHead(200, { "Content-Type": typeOf(pathname), ...isolation }).end(content);
    });
  });
}

function typeOf(pathname: string): string {
  if (pathname.endsWith("/") || pathname.endsWith(".html")) return "text/html";
  return pathname.endsWith(".js") ? "text/javascript" : "application/octet-stream";
}
