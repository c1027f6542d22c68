/**
 * Bundles the sources of the package in the current folder into its dist: one file for each entry of its manifest, and
 * chunks for what entries share. Node takes about a millisecond for each file that it loads, which made the start of a
 * program mostly the loading of small files. A worker's script is a file by itself, which can be copied anywhere. Nothing
 * is minified, comments and names stay.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));

const { referring, workers } = besides();
const shared = [...entries(), ...referring].filter((file) => !workers.includes(file));
for (const files of [shared, ...workers.map((file) => [file])]) {
  const output = await bundle(files);
  checkSideEffects(output);
  for (const file of output) write(path.join("dist", file.fileName), file.type === "chunk" ? file.code : file.source);
}

/** What becomes of some sources: a file for each, under its name, and chunks for what they share. */
async function bundle(files) {
  const bundled = await rolldown({
    input: Object.fromEntries(files.map((file) => [nameOf(file), file])),
    external: /^[^./]/, // packages, and modules of Node
    platform: "neutral",
    transform: { target: "es2023" },
  });
  const { output } = await bundled.generate({
    dir: "dist",
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true, // they are published
  });
  return output;
}

/** What the manifest exports. */
function entries() {
  return Object.values(manifest.exports)
    .flatMap((target) => target["@minima/source"] ?? [])
    .map(path.normalize);
}

/** Modules that name a worker's script beside them, `new URL("./worker.js", import.meta.url)`, and the scripts: both stay in place. */
function besides() {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.d)\.[jt]s$/.test(file),
  );
  const referring = [];
  const workers = new Set();
  for (const file of files.map((relative) => path.join("src", relative))) {
    const named = [...readFileSync(file, "utf8").matchAll(/new URL\("(\.\/.*?)", import\.meta\.url\)/g)];
    const beside = named.map(([, name]) => path.join(path.dirname(file), name)).filter((name) => existsSync(name));
    if (beside.length > 0) referring.push(file);
    for (const worker of beside) workers.add(worker);
  }
  return { referring, workers: [...workers] };
}

function nameOf(file) {
  return path
    .relative("src", file)
    .replaceAll(path.sep, "/")
    .replace(/\.[jt]s$/, "");
}

/** A module that does something when it is loaded must be in a file that is listed: bundlers may drop the others. */
function checkSideEffects(output) {
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
