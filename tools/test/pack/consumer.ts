import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packageFolders, root } from "./root.ts";
import { runTool } from "./run-tool.ts";

/** A folder outside of the repository with the packages in it as a user of npm gets them. */
export interface Consumer {
  readonly folder: string;
  remove(): void;
}

/** Packs all packages and installs the tarballs. */
export async function makeConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "minima-consumer-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const tarballs = path.join(folder, "tarballs");
    const pack = ["pack", "--pack-destination", tarballs];
    await Promise.all(packageFolders.map((name) => runTool("pnpm", pack, path.join(root, name))));
    writeFileSync(
      path.join(folder, "package.json"),
      JSON.stringify({ name: "consumer", private: true, type: "module" }),
    );
    const files = readdirSync(tarballs).map((name) => path.join(tarballs, name));
    // What the packages ask of each other is among the tarballs; nothing else is fetched that the cache holds.
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline"];
    await runTool("npm", ["install", "--prefix", folder, ...quiet, ...files], folder);
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
