import { cpSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium } from "../../src/testkit/chromium.ts";
import { serveFolder } from "../../src/testkit/served-page.ts";
import { type Consumer, makeConsumer } from "./consumer.ts";
import { root } from "./root.ts";
import { runTool } from "./run-tool.ts";
import { buildAsCommonJs, buildWithoutWorker, nodeBuilds, webBuilds } from "./thread-builds.ts";

/** The threads of the packed packages behind every bundler, and in Jest's jsdom: training has the bits of one thread. */
const withThreads = { threads: 2, startedThreads: 2, isSame: true };
const require = createRequire(import.meta.url);

let consumer: Consumer;
const sources = (): string => path.join(consumer.folder, "threads");
const outputOf = (name: string): string => path.join(consumer.folder, "built", name);

beforeAll(async () => {
  consumer = await makeConsumer();
  cpSync(path.join(root, "tools/test/pack/threads"), sources(), { recursive: true });
});
afterAll(() => consumer?.remove());

/** Runs a program: what it says of its training, and what it complains of. */
async function run(program: string, options = {}): Promise<{ training: unknown; stderr: string }> {
  const { stdout, stderr } = await runTool(process.execPath, [program, JSON.stringify(options)], consumer.folder);
  return { training: JSON.parse(stdout), stderr };
}

describe("a program for Node built by", () => {
  it.each(nodeBuilds)("%s trains with threads", async (name, build) => {
    const program = await build(sources(), outputOf(`${name}-node`));
    expect(await run(program)).toEqual({ training: withThreads, stderr: "" });
  });

  it("esbuild as CommonJS trains with threads if it says where the script lies", async () => {
    const program = await buildAsCommonJs(sources(), outputOf("common-js"));
    const workerUrl = path.join(path.dirname(program), "worker.cjs");
    expect(await run(program, { workerUrl })).toEqual({ training: withThreads, stderr: "" });
  });

  it("esbuild without the script trains with one thread, and says what to do", async () => {
    const program = await buildWithoutWorker(sources(), outputOf("lost"));
    const { training, stderr } = await run(program, { patienceMs: 3000 });
    expect(training).toEqual({ threads: 2, startedThreads: 1, isSame: true });
    expect(stderr).toMatch(/^cpu: a worker thread does not start \(.*@minima\/backend-cpu\/worker.*workerUrl.*\n$/);
    const workerUrl = path.join(consumer.folder, "node_modules/@minima/backend-cpu/dist/threads/worker.js");
    expect(await run(program, { workerUrl })).toEqual({ training: withThreads, stderr: "" });
  });
});

describe.runIf(hasChromium)("a page built by", () => {
  it.concurrent.each(webBuilds)("%s trains with threads", async (name, build) => {
    const page = await serveFolder(await build(sources(), outputOf(`${name}-web`)));
    try {
      expect(await page.call("trainWithThreads")).toEqual(withThreads);
      expect(page.said).toEqual([]);
    } finally {
      await page.close();
    }
  });
});

it("a test in Jest's jsdom trains, and reads and writes files", async () => {
  const config = path.join(sources(), "jest.config.json");
  writeFileSync(
    config,
    JSON.stringify({
      testEnvironment: require.resolve("jest-environment-jsdom"),
      testMatch: ["<rootDir>/jsdom.js"],
      transform: {},
      cacheDirectory: outputOf("jest-cache"),
    }),
  );
  const jest = [require.resolve("jest/bin/jest"), "--config", config, "--no-watchman"];
  const { stderr } = await runTool(process.execPath, ["--experimental-vm-modules", ...jest], sources());
  expect(stderr).toMatch(/Tests: +\d+ passed, \d+ total/);
});
