import { Api } from "./api.ts";
import { useBackend } from "./backends.ts";
import { DiskFolder } from "./disk-folder.ts";
import { Mnist } from "./mnist.ts";
import type { Options } from "./options.ts";
import type { GroupResult } from "./outcome.ts";
import { packages } from "./packages.ts";
import type { FixtureGroup } from "./read.ts";
import { runGroup } from "./run.ts";

/** Where cases run. */
export interface Runner {
  run(group: FixtureGroup): Promise<GroupResult>;
  /** Ends it, with nothing left to be done. */
  close(): Promise<void>;
}

/** Runs cases in this process. */
export async function startHere({ backend, threads, processor, data }: Options): Promise<Runner> {
  const webgpu = async () => (await import("../testkit/webgpu-device.ts")).webgpuDevice({ processor });
  const device = await useBackend(backend, packages, { threads, webgpu });
  const api = new Api(packages);
  const context = { api, mnist: new Mnist(api, data === undefined ? undefined : new DiskFolder(data)) };
  return {
    run: (group) => runGroup(context, group),
    close: async () => device.idle?.(),
  };
}
