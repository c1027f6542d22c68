import { webgpu } from "@minima/backend-webgpu";
import { Api } from "../api.ts";
import { useBackend } from "../backends.ts";
import { Mnist } from "../mnist.ts";
import type { BackendName } from "../options.ts";
import { type GroupResult, UsageError } from "../outcome.ts";
import { packages } from "../packages.ts";
import { readGroup } from "../read.ts";
import { type Context, runGroup } from "../run.ts";
import { ServedFolder } from "./served-folder.ts";

/** What a call gives, or what a {@link UsageError} says. */
export type Answer<Value> = { readonly value: Value } | { readonly usageError: string };

const api = new Api(packages);
let context: Context = { api, mnist: new Mnist(api, undefined) };

/** What the process that opened the page asks of it. */
const conformance = {
  start: (backend: BackendName, threads: number | null, hasData: boolean): Promise<Answer<null>> =>
    answer(async () => {
      await useBackend(backend, packages, { threads: threads ?? undefined, webgpu });
      context = { api, mnist: new Mnist(api, hasData ? new ServedFolder("/data") : undefined) };
      return null;
    }),

  /** Runs the cases of these names. */
  run: (name: string, names: readonly string[]): Promise<Answer<GroupResult>> =>
    answer(async () => {
      const group = await readGroup(new ServedFolder("/fixtures"), name);
      return runGroup(context, { ...group, cases: group.cases.filter((fixture) => names.includes(fixture.name)) });
    }),
};

async function answer<Value>(call: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof UsageError) return { usageError: error.message };
    throw error;
  }
}

Object.assign(globalThis, { conformance });
