/**
 * Runs a bundle, the file named on the command line, as a module where a page's globals are and none of Node's, and prints
 * what it left as `result`. A program of its own, because modules in contexts need a flag of Node's:
 * `node --experimental-vm-modules run-as-page.mjs FILE`.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { SourceTextModule, createContext } from "node:vm";

const page = createContext({
  AbortController, AbortSignal, MessageChannel, TextDecoder, TextEncoder, URL, clearTimeout, performance, setTimeout,
  // Vite's preloading asks whether links may preload modules; it is told that they may, and leaves it at that.
  document: { createElement: () => ({ relList: { supports: () => true } }) },
}); // prettier-ignore

const bundle = new SourceTextModule(readFileSync(process.argv[2], "utf8"), {
  context: page,
  initializeImportMeta: (meta) => {
    meta.url = "https://example.org/page.js";
  },
  importModuleDynamically: refuse,
});
await bundle.link(refuse);
await bundle.evaluate();
process.stdout.write(JSON.stringify(await page["result"]));

/**
 * @param {string} specifier
 * @returns {never}
 */
function refuse(specifier) {
  throw new Error(`the bundle imports ${specifier}`);
}
