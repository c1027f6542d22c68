/**
 * Bundles the pages in tools/test/pack/sizes as Vite does, with its bundler and its minifier, for size-limit to weigh: into
 * .cache/sizes, under the same names. The packages must be built.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { root } from "./setup.mjs";

const pages = path.join(root, "tools/test/pack/sizes");
for (const name of readdirSync(pages)) {
  const bundle = await rolldown({ input: path.join(pages, name), platform: "browser" });
  await bundle.write({ file: path.join(root, ".cache/sizes", name), format: "es", minify: true });
}
