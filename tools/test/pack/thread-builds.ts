import { symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { type BuildOptions, build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";
import { runTool } from "./run-tool.ts";

/**
 * The programs of `threads` in a folder of a consumer, built as users of a bundler build them for production. Gives what is
 * to be run: the program for Node, or the folder of the page.
 */
type Build = (sources: string, output: string) => Promise<string>;

/** Builds one program of them: the script of the threads goes beside it, where the bundler does not put it there itself. */
type Bundler = (program: string, output: string, target: "node" | "web") => Promise<string>;

const require = createRequire(import.meta.url);
/** What a bundler that does not follow `new URL("./worker.js", import.meta.url)` takes as a second entry. */
const worker = "@minima/backend-cpu/worker";

const bundlers: Readonly<Record<string, Bundler>> = {
  async webpack(program, output, target) {
    const filename = target === "node" ? "app.cjs" : "app.js";
    const compiler = webpack({
      mode: "production",
      target,
      context: path.dirname(program),
      entry: program,
      output: { path: output, filename },
      performance: { hints: false },
      optimization: { minimize: target === "web" },
    });
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      compiler.run((error, result) => (error === null ? resolve(result) : reject(error)));
    });
    if (stats?.hasErrors() || stats?.hasWarnings()) throw new Error(stats.toString("errors-warnings"));
    return path.join(output, filename);
  },

  async esbuild(program, output, target) {
    const platform = target === "node" ? "node" : "browser";
    await byEsbuild(output, { entryPoints: { app: program, worker }, absWorkingDir: path.dirname(program), platform });
    return path.join(output, "app.js");
  },

  async Rollup(program, output) {
    const bundle = await rollup({
      input: { app: program, worker },
      plugins: [nodeResolve({ rootDir: path.dirname(program) })],
      onLog: (_, { message }) => {
        throw new Error(message);
      },
    });
    await bundle.write({ dir: output });
    return path.join(output, "app.js");
  },
};

/** Programs for Node. */
export const nodeBuilds: readonly (readonly [name: string, build: Build])[] = Object.entries(bundlers).map(
  ([name, bundle]) => [name, (sources, output) => bundle(path.join(sources, "node.js"), output, "node")],
);

/** Pages. */
export const webBuilds: readonly (readonly [name: string, build: Build])[] = [
  ...Object.entries(bundlers).map(([name, bundle]): [string, Build] => [
    name,
    async (sources, output) => {
      const file = await bundle(path.join(sources, "page.js"), output, "web");
      const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${path.basename(file)}"></script>`;
      writeFileSync(path.join(output, "index.html"), html);
      return output;
    },
  ]),
  [
    "Vite",
    async (sources, output) => {
      await vite({ root: sources, configFile: false, logLevel: "error", build: { outDir: output } });
      return output;
    },
  ],
  [
    "Next.js",
    async (sources) => {
      // It looks for itself and for React beside the page.
      for (const name of ["next", "react", "react-dom"]) {
        const installed = path.dirname(require.resolve(`${name}/package.json`));
        symlinkSync(installed, path.join(sources, "../node_modules", name), "junction");
      }
      await runTool(process.execPath, [require.resolve("next/dist/bin/next"), "build", "next"], sources);
      return path.join(sources, "next/out");
    },
  ],
];

/** The program for Node as a user of esbuild gets it who has not heard of the second entry. */
export async function buildWithoutWorker(sources: string, output: string): Promise<string> {
  await byEsbuild(output, { entryPoints: { app: path.join(sources, "node.js") }, platform: "node" });
  return path.join(output, "app.js");
}

/** The program for Node as CommonJS, which has no `import.meta.url`. */
export async function buildAsCommonJs(sources: string, output: string): Promise<string> {
  const outExtension = { ".js": ".cjs" };
  const entryPoints = { app: path.join(sources, "node.js"), worker };
  await byEsbuild(output, { entryPoints, absWorkingDir: sources, platform: "node", format: "cjs", outExtension });
  return path.join(output, "app.cjs");
}

async function byEsbuild(output: string, options: BuildOptions): Promise<void> {
  await esbuild({ bundle: true, minify: true, format: "esm", outdir: output, logLevel: "silent", ...options });
}
