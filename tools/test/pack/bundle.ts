import { writeFileSync } from "node:fs";
import path from "node:path";
import { build as esbuild } from "esbuild";
import { type Rolldown, build as vite, createLogger } from "vite";
import { runTool } from "./run-tool.ts";

/** The JavaScript that a bundler makes of a page. */
interface Bundle {
  readonly code: string;
  /** Modules that it imports when it runs. */
  readonly imports: readonly string[];
  readonly warnings: readonly string[];
}

/** Makes a bundle of the page `name` in a folder: of `name.html` with `name.ts`. */
export type Bundler = (folder: string, name: string) => Promise<Bundle>;

/** By Vite with its own settings. */
async function byVite(folder: string, name: string): Promise<Bundle> {
  const warnings: string[] = [];
  const logger = createLogger("silent");
  logger.warn = (message) => warnings.push(message);
  logger.warnOnce = logger.warn;
  const result = await vite({
    root: folder,
    configFile: false,
    customLogger: logger,
    logLevel: "silent",
    build: { write: false, rollupOptions: { input: path.join(folder, `${name}.html`) } },
  });
  const { output } = result as Rolldown.RolldownOutput; // one configuration, not watched
  const chunks = output.filter((file) => file.type === "chunk");
  if (chunks.length !== 1) throw new Error(`vite made ${chunks.length} chunks of one page`);
  const [{ code, imports, dynamicImports }] = chunks;
  return { code, imports: [...imports, ...dynamicImports], warnings };
}

/** By esbuild for browsers. */
async function byEsbuild(folder: string, name: string): Promise<Bundle> {
  const { outputFiles, warnings, metafile } = await esbuild({
    entryPoints: [path.join(folder, `${name}.ts`)],
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map((each) => each.path));
  return { code: outputFiles[0].text, imports, warnings: warnings.map(({ text }) => text) };
}

export const bundlers: Readonly<Record<string, Bundler>> = { vite: byVite, esbuild: byEsbuild };

/** Runs a bundle where the globals of a page are and none of Node's, and gives what it left as `result`. */
export async function runAsPage(code: string, folder: string): Promise<unknown> {
  const file = path.join(folder, "bundle.js");
  writeFileSync(file, code);
  const program = path.join(import.meta.dirname, "run-as-page.mjs");
  const flags = ["--experimental-vm-modules", "--no-warnings"];
  const { stdout } = await runTool(process.execPath, [...flags, program, file], folder);
  return JSON.parse(stdout);
}
