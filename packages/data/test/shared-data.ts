import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** Folder of the test data; `MINIMA_SHARED` says where, by default `shared` beside the repository. */
export const sharedData = join(
  process.env.MINIMA_SHARED ?? fileURLToPath(new URL("../../../../shared", import.meta.url)),
  "data",
);

/** Whether this machine has the folder `name` of the test data. */
export function hasData(name: string): boolean {
  return existsSync(join(sharedData, name));
}

/** Name of a suite that needs a folder of the test data; says so where it is skipped. */
export function suiteOn(name: string): string {
  return hasData(name) ? name : `${name}: SKIPPED, ${join(sharedData, name)} is missing (set MINIMA_SHARED)`;
}
