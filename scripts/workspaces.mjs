import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./setup.mjs";

/**
 * The packages of the workspace: folder (relative to the root) and manifest. The list in pnpm-workspace.yaml, spelt out.
 *
 * @returns {{ folder: string, manifest: any }[]}
 */
export function workspaces() {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return [...folders, "tools"]
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")),
    }));
}
