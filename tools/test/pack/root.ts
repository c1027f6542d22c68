import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

/** The folders of all published packages, relative to the root. */
export const packageFolders: readonly string[] = readdirSync(path.join(root, "packages"))
  .map((name) => `packages/${name}`)
  .filter(isPublished)
  .sort();

function isPublished(folder: string): boolean {
  const file = path.join(root, folder, "package.json");
  if (!existsSync(file)) return false;
  const { private: isPrivate } = JSON.parse(readFileSync(file, "utf8")) as { private?: boolean };
  return isPrivate !== true;
}
