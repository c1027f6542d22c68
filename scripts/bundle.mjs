/**
 * Bundles the sources of the package in the current folder into its dist: one file for each entry of its manifest, and
 * chunks for what entries share. Node takes about a millisecond for each file that it loads, which made the start of a
 * program mostly the loading of small files. Nothing is minified, comments and names stay.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** Sources by the name of their file in dist, without extension. */
const input = Object.fromEntries([...entries(), ...neighbours()].map((file) => [nameOf(file), file]));
const bundle = await rolldown({
  input,
  external: /^[^./]/, // packages, and modules of Node
  platform: "neutral",
  transform: { target: "es2023" },
});
const { output } = await bundle.generate({
  dir: "dist",
  format: "es",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name].js",
  minifyInternalExports: false,
  sourcemap: true,
  sourcemapExcludeSources: true, // they are published
});
checkSideEffects();
for (const file of output) write(path.join("dist", file.fileName), file.type === "chunk" ? file.code : file.source);

/** What the manifest exports. */
function entries() {
  return Object.values(manifest.exports).flatMap((target) => target["@minima/source"] ?? []);
}

/** Modules that name a file beside them, `new URL("./worker.js", import.meta.url)`, and that file: both stay in place. */
function neighbours() {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.d)\.[jt]s$/.test(file),
  );
  return files.flatMap((relative) => {
    const file = path.join("src", relative);
    const named = [...readFileSync(file, "utf8").matchAll(/new URL\("(\.\/.*?)", import\.meta\.url\)/g)];
    const beside = named.map(([, name]) => path.join(path.dirname(file), name)).filter((name) => existsSync(name));
    return beside.length > 0 ? [file, ...beside] : [];
  });
}

function nameOf(file) {
  return path
    .relative("src", file)
    .replaceAll(path.sep, "/")
    .replace(/\.[jt]s$/, "");
}

/** A module that does something when it is loaded must be in a file that is listed: bundlers may drop the others. */
function checkSideEffects() {
  const listed = new Set((manifest.sideEffects || []).map((file) => path.resolve(file)));
  for (const { type, fileName, moduleIds } of output) {
    if (type !== "chunk" || listed.has(path.resolve("dist", fileName))) continue;
    const lost = moduleIds.filter((id) => listed.has(id));
    if (lost.length > 0) throw new Error(`${lost.join()} lies in ${fileName}, which sideEffects does not list`);
  }
}

function write(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
