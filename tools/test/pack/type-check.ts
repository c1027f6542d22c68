import { writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./root.ts";
import { runTool } from "./run-tool.ts";

/** The settings that a user's program may be compiled under. Declarations of the packages are checked in all of them. */
export const settings = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext", lib: ["es2023", "dom"], types: [] },
  bundler: { module: "esnext", moduleResolution: "bundler", lib: ["es2023", "dom"], types: [] },
  "nodenext without DOM": { module: "nodenext", moduleResolution: "nodenext", lib: ["es2023"], types: ["node"] },
} as const;

/**
 * Checks files of a folder strictly, and the declarations that they use.
 *
 * @throws Error with what the compiler said if it finds fault.
 */
export async function typeCheck(
  folder: string,
  setting: keyof typeof settings,
  files: readonly string[],
): Promise<void> {
  const config = path.join(folder, `tsconfig.${setting.replaceAll(" ", "-")}.json`);
  const compilerOptions = {
    ...settings[setting],
    typeRoots: [path.join(root, "node_modules/@types")],
    target: "es2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    verbatimModuleSyntax: true,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  await runTool("tsc", ["-p", config, "--pretty", "false"], folder);
}
