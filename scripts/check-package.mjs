/**
 * Checks the package in the current folder as it would be published: its manifest against the shape that all packages
 * share, its tarball with publint and Are The Types Wrong. Run by turbo after the build (`check:package`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packageGraph, scope, testGraph } from "./package-graph.mjs";

const folder = process.cwd();
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const problems = [];

checkManifest();
if (existsSync("dist")) checkDist("dist");
else problems.push("is not built; run `npm run build` in the root folder");
if (problems.length === 0) await checkTarball();

for (const problem of problems) console.error(`${manifest.name}: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkManifest() {
  const name = path.basename(folder);
  expectField("name", `${scope}${name}`);
  expectField("license", "MIT");
  expectField("type", "module");
  expectField("files", ["dist", "src", "README.md", "CHANGELOG.md", "LICENSE"]);
  expectField("publishConfig", { access: "public" });
  checkSideEffects();
  if (!manifest.description) problems.push("package.json has no description");

  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (entry === "./package.json") continue;
    const source = target[`${scope}source`] ?? "";
    const built = source.replace("./src/", "./dist/");
    const types = built.replace(/\.[jt]s$/, ".d.ts");
    // The order counts: the first condition that fits is taken. A source in JavaScript says no types.
    const expected = {
      ...(source.endsWith(".js") ? { types, [`${scope}source`]: source } : { [`${scope}source`]: source, types }),
      default: built.replace(/\.ts$/, ".js"),
    };
    if (JSON.stringify(target) !== JSON.stringify(expected)) {
      problems.push(`exports["${entry}"] should be ${JSON.stringify(expected)}`);
    }
    if (!existsSync(source)) problems.push(`exports["${entry}"]: there is no ${source}`);
  }

  checkInternal("dependencies", packageGraph[name] ?? []);
  checkInternal("devDependencies", [...(packageGraph[name] ?? []), ...(testGraph[name] ?? [])]);
  checkInternal("peerDependencies", []);
}

/** Bundlers drop a module that nothing is imported from, unless it is listed: as source, and the built entry with it in. */
function checkSideEffects() {
  if (manifest.sideEffects === false) return;
  const listed = manifest.sideEffects ?? [];
  const sources = listed.filter((file) => file.startsWith("./src/"));
  const entries = Object.values(manifest.exports).filter((target) => sources.includes(target[`${scope}source`]));
  const built = entries.map((target) => target.default);
  expectSame(listed.toSorted(), [...sources, ...built].toSorted(), "sideEffects");
  for (const file of sources) if (!existsSync(file)) problems.push(`sideEffects: there is no ${file}`);
}

function expectField(field, expected) {
  expectSame(manifest[field], expected, field);
}

function expectSame(actual, expected, field) {
  if (isDeepStrictEqual(actual, expected)) return;
  problems.push(`package.json: "${field}" should be ${JSON.stringify(expected)}`);
}

function checkInternal(field, allowed) {
  for (const [name, range] of Object.entries(manifest[field] ?? {})) {
    if (!name.startsWith(scope)) continue;
    if (!allowed.includes(name.slice(scope.length))) problems.push(`${field} may not hold ${name}`);
    if (range !== "workspace:^") problems.push(`${field}["${name}"] should be "workspace:^"`);
  }
}

/**
 * Everything in dist comes from a source of this package, or is shared by some that do. A worker's script has all of it
 * in itself and is no module by its syntax, so that it runs wherever a bundler or a user puts it.
 */
function checkDist(dist) {
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    const file = path.posix.join(dist, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "chunks") checkDist(file);
      continue;
    }
    const source = file.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)(\.map)?$/, "");
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.js`)) problems.push(`${file} has no source`);
    if (entry.name === "worker.js" && /^(import|export)\b|\bimport\b *[.(]/m.test(readFileSync(file, "utf8"))) {
      problems.push(`${file} is not self-contained`);
    }
  }
}

async function checkTarball() {
  const temporary = mkdtempSync(path.join(os.tmpdir(), "minima-pack-"));
  try {
    const packed = spawnSync("pnpm", ["pack", "--pack-destination", temporary], options());
    if (packed.status !== 0) return void problems.push(`pnpm pack failed:\n${packed.stdout}${packed.stderr}`);
    const tarball = path.join(temporary, readdirSync(temporary)[0]);

    const bytes = readFileSync(tarball);
    const tar = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: tar }, strict: true });
    for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg, { color: false })}`);

    const types = spawnSync("attw", [tarball, "--profile", "esm-only", "--no-color", "--format", "ascii"], options());
    if (types.status !== 0) problems.push(`attw:\n${types.stdout}${types.stderr}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function options() {
  return { encoding: "utf8", shell: process.platform === "win32" };
}
