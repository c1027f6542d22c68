import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlers, runAsPage } from "./bundle.ts";
import { type Consumer, makeConsumer } from "./consumer.ts";
import { readmeExamples } from "./readme-examples.ts";
import { packageFolders, root } from "./root.ts";
import { runTool } from "./run-tool.ts";
import { settings, typeCheck } from "./type-check.ts";

/**
 * The packages as their users get them: packed, installed by npm in an empty folder, and used from there by the
 * examples of the READMEs and by a page.
 */
const examples = ["README.md", ...packageFolders.map((folder) => `${folder}/README.md`)].flatMap(readmeExamples);
const pages = [
  { name: "gradient", result: [2, 4, 6] },
  { name: "training", result: { accuracy: expect.closeTo(0.95, 1), doubled: [2, 4] } },
];
const settingNames = Object.keys(settings) as (keyof typeof settings)[];

let consumer: Consumer;
const inConsumer = (...names: string[]): string => path.join(consumer.folder, ...names);

beforeAll(async () => {
  consumer = await makeConsumer();
  mkdirSync(inConsumer("examples"));
  for (const { file, code } of examples) writeFileSync(inConsumer("examples", file), code);
  await build({ entryPoints: [inConsumer("examples/*.ts")], outdir: inConsumer("compiled"), target: "es2022" });
  cpSync(path.join(root, "tools/test/pack/pages"), inConsumer("pages"), { recursive: true });
});
afterAll(() => consumer?.remove());

describe.each(packageFolders)("%s installed from its tarball", (folder) => {
  const installed = (): string => inConsumer("node_modules/@minima", path.basename(folder));

  it("has a README with examples, a build, and versions instead of the workspace", () => {
    const manifest = readFileSync(path.join(installed(), "package.json"), "utf8");
    expect(manifest).not.toMatch(/workspace:|catalog:/);
    expect(examples.filter(({ place }) => place.startsWith(`${folder}/`)).length).toBeGreaterThan(0);
    for (const file of ["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]) {
      expect(existsSync(path.join(installed(), file)), file).toBe(true);
    }
    for (const file of ["test", "bench", "tsconfig.json"]) expect(existsSync(path.join(installed(), file))).toBe(false);
  });
});

describe("the examples of the READMEs", () => {
  const files = [...examples.map(({ file }) => `examples/${file}`), ...pages.map(({ name }) => `pages/${name}.ts`)];

  it.concurrent.each(settingNames)("type-check under %s, declarations included", async (setting) => {
    await typeCheck(consumer.folder, setting, files);
  });

  it.each(examples.filter(({ runs }) => runs))("$place", async ({ file, output }) => {
    const script = inConsumer("compiled", file.replace(/\.ts$/, ".js"));
    const { stdout, stderr } = await runTool(process.execPath, [script], consumer.folder);
    expect(stderr).toBe("");
    if (output !== undefined) expect(stdout).toBe(output);
  });
});

describe.each(Object.entries(bundlers))("a page bundled by %s", (_, bundle) => {
  it.each(pages)(
    "needs nothing of Node, and works where only a page's globals are: $name",
    async ({ name, result }) => {
      const { code, imports, warnings } = await bundle(inConsumer("pages"), name);
      expect(warnings).toEqual([]);
      expect(imports).toEqual([]);
      expect(await runAsPage(code, inConsumer("pages"))).toEqual(result);
    },
  );
});

describe("sizes", () => {
  it("stay within .size-limit.json", async () => {
    await runTool("node", ["scripts/bundle-sizes.mjs"], root);
    const { stdout } = await runTool("size-limit", ["--json"], root);
    const sizes = JSON.parse(stdout) as { name: string; passed: boolean; size: number }[];
    expect(sizes.length).toBeGreaterThan(0);
    for (const { name, passed, size } of sizes) expect(passed, `${name}: ${size} bytes`).toBe(true);
  });
});
