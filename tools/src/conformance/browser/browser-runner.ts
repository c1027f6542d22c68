import { fileURLToPath } from "node:url";
import { hasChromium } from "../../testkit/chromium.ts";
import { type ServedPage, servePage } from "../../testkit/served-page.ts";
import type { Options } from "../options.ts";
import { type GroupResult, UsageError } from "../outcome.ts";
import type { Runner } from "../runner.ts";
import type { Answer } from "./page.ts";

/** The source beside this file, or what the build has made of it. */
const entry = new URL(import.meta.url.endsWith(".ts") ? "page.ts" : "page.js", import.meta.url);

/** Runs cases in a page of a headless Chromium, which fetches the fixtures from here. */
export async function startInBrowser({ fixtures, data, backend, threads }: Options): Promise<Runner> {
  if (!hasChromium) throw new UsageError("--browser: there is no Chromium for this platform, only for Linux on x64");
  const folders = { fixtures, ...(data === undefined ? {} : { data }) };
  const page = await servePage(fileURLToPath(entry), folders);
  try {
    await ask<null>(page, "start", backend, threads ?? null, data !== undefined);
  } catch (error) {
    await page.close();
    throw error;
  }
  return {
    run: ({ group, cases }) => {
      const names = cases.map(({ name }) => name);
      return ask<GroupResult>(page, "run", group, names);
    },
    close: () => page.close(),
  };
}

async function ask<Value>(page: ServedPage, name: string, ...args: readonly unknown[]): Promise<Value> {
  const answer = await page.call<Answer<Value>>(`conformance.${name}`, ...args);
  if ("usageError" in answer) throw new UsageError(answer.usageError);
  return answer.value;
}
